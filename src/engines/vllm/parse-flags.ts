import { flagTable, otherNames } from './flag-table.ts';

/** One flag as it was given, with the words that belong to it. */
export interface GivenFlag {
  /** Its full name in the table; undefined when vLLM has no such flag. */
  readonly name: string | undefined;
  /** As it was spelled, without `=value`. */
  readonly spelled: string;
  /** Whether it is the `--no-` form of a switch. */
  readonly off: boolean;
  /** The keys behind a name with dots (`--compilation-config.mode`), which sets a part of a JSON value. */
  readonly part: string | undefined;
  readonly values: readonly string[];
  /** All its words, as they were given. */
  readonly words: readonly string[];
}

/** Negative numbers are values, and so is what holds a space (Python's argparse). */
const isFlag = (word: string): boolean => /^-[^\s]+$/.test(word) && !/^-\d+$|^-\d*\.\d+$/.test(word);

const names = Object.keys(flagTable);

/** `-O` is no name of the parser's own; vLLM rewrites it. */
const shortNames: Readonly<Record<string, string>> = { ...otherNames, '-O': '--optimization-level' };

const withNo = names.filter((name) => flagTable[name] === 'switch').map((name) => `--no-${name.slice(2)}`);

/** The names that begin so: vLLM takes a beginning when only one name has it. */
const begunWith = (spelled: string): string | undefined => {
  const found = [...names, ...withNo, ...Object.keys(shortNames)].filter((name) => name.startsWith(spelled));
  return found.length === 1 ? found[0] : undefined;
};

const resolve = (spelled: string): { readonly name: string | undefined; readonly off: boolean } => {
  const plain = spelled.startsWith('--') ? spelled.replaceAll('_', '-') : spelled;
  const known = plain in flagTable || plain in shortNames || withNo.includes(plain);
  const full = known || !plain.startsWith('--') ? plain : (begunWith(plain) ?? plain);
  const off = withNo.includes(full);
  const name = off ? `--${full.slice('--no-'.length)}` : (shortNames[full] ?? full);
  return { name: name in flagTable ? name : undefined, off };
};

/** `-O3`, `-O=3`: the one short name that may stick to its value. */
const levelOf = (word: string): string | undefined => /^-O=?(\w+)$/.exec(word)?.[1];

/** How many of the words behind it belong to a flag. */
const takes = (name: string | undefined): 'none' | 'one' | 'many' => {
  const kind = name === undefined ? 'words' : flagTable[name];
  if (kind === 'switch' || kind === 'bare') return 'none';
  return kind === 'words' || kind === 'ints' ? 'many' : 'one';
};

/**
 * The flags among words for `vllm serve`, as its parser reads them. Words that belong to no flag come back as one
 * without a name. Pure.
 */
export const parseFlags = (words: readonly string[]): readonly GivenFlag[] => {
  const found: GivenFlag[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const level = levelOf(word);
    if (level !== undefined) {
      const optimisation = { name: '--optimization-level', spelled: '-O', off: false, part: undefined };
      found.push({ ...optimisation, values: [level], words: [word] });
      at += 1;
      continue;
    }
    const equals = isFlag(word) ? word.indexOf('=') : -1;
    const spelled = equals < 0 ? word : word.slice(0, equals);
    const dot = isFlag(word) ? spelled.indexOf('.') : -1;
    const { name, off } = isFlag(word)
      ? resolve(dot < 0 ? spelled : spelled.slice(0, dot))
      : { name: undefined, off: false };
    const part = dot < 0 ? undefined : spelled.slice(dot + 1);
    let next = at + 1;
    if (equals < 0 && isFlag(word)) {
      const most = { none: 0, one: 1, many: words.length }[takes(name)];
      while (next < words.length && next - at - 1 < most && !isFlag(words[next] ?? '')) next += 1;
    }
    const values = equals < 0 ? words.slice(at + 1, next) : [word.slice(equals + 1)];
    found.push({ name, spelled, off, part, values, words: words.slice(at, next) });
    at = next;
  }
  return found;
};
