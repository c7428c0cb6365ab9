import type { Import, Source } from './source.ts';

/** Who may import whom: docs/architecture.md in a form that can be checked. What is not listed is forbidden. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'cli.ts': ['context', 'config', 'output', 'system', 'errors'],
  'context.ts': [],
  'errors.ts': [],
  api: [],
  system: ['errors'],
  config: ['system', 'errors'],
  output: ['errors'],
  machine: ['config', 'system', 'errors'],
  models: ['config', 'system', 'errors'],
  engines: ['models', 'config', 'system', 'errors', 'api'],
  stack: ['engines', 'models', 'machine', 'config', 'system', 'errors', 'api'],
  doctor: ['machine', 'models', 'stack', 'client', 'connect', 'config', 'system', 'errors', 'api'],
  client: ['api', 'errors'],
  verify: ['client', 'api', 'errors'],
  connect: ['api', 'config', 'system', 'errors'],
  gateway: ['api', 'config', 'system', 'errors'],
  tui: ['client', 'errors'],
  commands: [
    ...['machine', 'doctor', 'models', 'engines', 'stack', 'client', 'verify', 'connect'],
    ...['config', 'output', 'errors', 'api'],
  ],
};

/** May be imported as types from everywhere. */
const typesEverywhere = ['context', 'system', 'api'];

/** Further folders whose types alone may be imported. */
const typesFrom: Readonly<Record<string, readonly string[]>> = {
  'context.ts': ['config', 'output'],
  models: ['machine'],
  engines: ['machine'],
  tui: ['config'],
  output: [],
};

/** Tables without a side effect that further folders may read. */
const tables: Readonly<Record<string, readonly string[]>> = {
  engines: ['machine/gpus/vllm-support.ts', 'machine/known.ts'],
};

/** What commands/ reaches by `import()` alone, so that no other verb pays for it. */
const onlyDynamic = ['gateway/server.ts', 'tui/app.tsx'];

/** Libraries that live in one place, so that they can be replaced there. */
const libraryHomes: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli.ts', 'commands/'],
  listr2: ['output/'],
  ink: ['tui/'],
  react: ['tui/'],
  fastify: ['gateway/', 'engines/llamacpp/'],
  conf: ['config/'],
  execa: ['system/'],
  systeminformation: ['machine/'],
  undici: ['system/', 'gateway/', 'client/'],
  'prom-client': ['gateway/metrics/'],
  'node:sqlite': ['gateway/usage/usage-database.ts'],
  'node:fs': ['system/'],
  'node:fs/promises': ['system/'],
  'node:child_process': ['system/'],
};

const areaOf = (file: string): string => {
  const [first = ''] = file.split('/');
  return first;
};

/** `errors.ts` and `errors` are one area. */
const plain = (area: string): string => area.replace(/\.tsx?$/, '');

const checkOwn = ({ file, target, typeOnly, dynamic }: Import): string | undefined => {
  const from = areaOf(file);
  const to = plain(areaOf(target));
  if (from === 'cli.ts' && to === 'commands') {
    return dynamic || typeOnly ? undefined : `${file} may load ${target} by import() only`;
  }
  if (from === 'commands' && to === 'commands') {
    const shared = typeOnly || !/^commands\/[^/]+\.ts$/.test(target);
    return shared ? undefined : `${file} may not import another command, ${target}`;
  }
  if (from === 'commands' && onlyDynamic.includes(target)) {
    return dynamic || typeOnly ? undefined : `${file} may load ${target} by import() only`;
  }
  if (plain(from) === to) return undefined;
  if (typeOnly && (typesEverywhere.includes(to) || typesFrom[from]?.includes(to))) return undefined;
  if (mayImport[from]?.includes(to) || tables[from]?.includes(target)) return undefined;
  return `${file} may not import ${typeOnly ? 'types of ' : ''}${target}`;
};

const checkLibrary = ({ file, target, typeOnly }: Import): string | undefined => {
  const name = target.startsWith('@')
    ? target.split('/').slice(0, 2).join('/')
    : target.replace(/^(?!node:)([^/]+)\/.*/, '$1');
  const homes = libraryHomes[target] ?? libraryHomes[name];
  if (!homes || typeOnly || homes.some((home) => file === home || file.startsWith(home))) return undefined;
  return `${file} may not use ${name}; it belongs in ${homes.join(' and ')}`;
};

const checkMembers = ({ file, members }: Source): readonly string[] =>
  members.flatMap((member) => {
    if (member === 'process.exit') return [`${file} may not end the process; only bin/ does`];
    if (member.startsWith('console.') && !file.startsWith('output/'))
      return [`${file} may not use ${member}`];
    return [];
  });

/** What is wrong with the sources, a line each; empty when the architecture holds. */
export const violations = (sources: readonly Source[]): readonly string[] =>
  sources.flatMap((source) => [
    ...(mayImport[areaOf(source.file)] ? [] : [`${source.file} is in no known folder`]),
    ...source.imports.flatMap((one) => (one.ours ? checkOwn(one) : checkLibrary(one)) ?? []),
    ...checkMembers(source),
  ]);
