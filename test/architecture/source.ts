import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** One import or re-export of a source file. */
export interface Import {
  /** Of the importing file, relative to the source folder. */
  readonly file: string;
  /** What stands in the import; for a file of ours its path relative to the source folder. */
  readonly target: string;
  readonly ours: boolean;
  readonly typeOnly: boolean;
  /** By `import()`. */
  readonly dynamic: boolean;
}

/** One source file, as far as the rules look at it. */
export interface Source {
  readonly file: string;
  readonly imports: readonly Import[];
  /** Things reached through a global object, e.g. `process.exit`, `console.log`. */
  readonly members: readonly string[];
}

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name);

/** Calls back for each `object.property` in a syntax tree. */
const eachMember = (node: unknown, found: (object: string, property: string) => void): void => {
  if (Array.isArray(node)) {
    for (const child of node) eachMember(child, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const member = node as {
    type?: string;
    object?: { name?: string };
    property?: { name?: string; value?: unknown };
  };
  if (member.type === 'MemberExpression' && member.object?.name) {
    found(member.object.name, String(member.property?.name ?? member.property?.value));
  }
  for (const child of Object.values(node)) eachMember(child, found);
};

const readSource = (root: string, path: string): Source => {
  const text = readFileSync(path, 'utf8');
  const file = relative(root, path);
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const make = (specifier: string, typeOnly: boolean, dynamic: boolean): Import => {
    const ours = specifier.startsWith('.');
    const target = ours ? relative(root, join(dirname(path), specifier)) : specifier;
    return { file, target, ours, typeOnly, dynamic };
  };
  const members: string[] = [];
  eachMember(program, (object, property) => members.push(`${object}.${property}`));
  return {
    file,
    members,
    imports: [
      ...module.staticImports.map(({ moduleRequest, entries }) =>
        make(moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType), false),
      ),
      ...module.staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) =>
          moduleRequest ? [make(moduleRequest.value, isType, false)] : [],
        ),
      ),
      ...module.dynamicImports.map(({ moduleRequest }) =>
        make(text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"]|['"]$/g, ''), false, true),
      ),
    ],
  };
};

/** All source files below a folder, tests left out. */
export const readSources = (root: string): readonly Source[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(isSource)
    .map((name) => readSource(root, join(root, name)));
