import { nearest } from '../../config/nearest.ts';
import type { FlagKind } from './flag-kind.ts';
import { flagTable } from './flag-table.ts';
import { type GivenFlag, parseFlags } from './parse-flags.ts';

/** Flags that are ours to set, each with the reason or what to do instead. */
const ours: Readonly<Record<string, string>> = {
  '--model': 'the model is set by `model`',
  '--config': 'give its flags here, so that they can be checked',
  '--host': 'the gateway alone talks to the engine; set `gateway.host`',
  '--port': 'the gateway alone talks to the engine; set `gateway.port`',
  '--uds': 'the gateway alone talks to the engine',
  '--root-path': 'the gateway would no longer find the engine',
  '--ssl-keyfile': 'the gateway alone talks to the engine',
  '--ssl-certfile': 'the gateway alone talks to the engine',
  '--ssl-ca-certs': 'the gateway alone talks to the engine',
  '--api-key': 'everybody on the machine could read it; the gateway checks keys (`{localai} key`)',
  '--hf-token': 'everybody on the machine could read it; set HF_TOKEN',
  '--served-model-name': 'names are given with `routing.aliases`',
  '--headless': 'it would not answer requests',
  '--grpc': 'it would not answer HTTP requests',
};

/** Flags of older versions, with what became of them. */
const gone: Readonly<Record<string, string>> = {
  '--swap-space': 'vLLM no longer swaps; `--kv-offloading-size` keeps cache in main memory',
  '--disable-log-requests': 'requests are no longer logged unless `--enable-log-requests` is given',
  '--max-num-partial-prefills': 'it was removed in 0.27',
  '--max-long-partial-prefills': 'it was removed in 0.27',
  '--calculate-kv-scales': 'it was removed in 0.28',
  '--override-attention-dtype': 'it was removed in 0.28',
  '--enable-reasoning': '`--reasoning-parser` alone does it',
  '--task': '`--runner pooling`, with `--convert embed`, `classify` or `reward`, took its place',
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const whole = /^[+-]?\d+$/;
const amount = /^(\d+|\d+(\.\d+)?[kmgt]|\d+[KMGT])$/;

/** Some of vLLM's choices are compared without capitals and with `-` for `_`. */
const plain = (word: string): string => word.toLowerCase().replaceAll('-', '_');

/** What a value would have to be; undefined when it is that. */
const wantedInstead = (kind: FlagKind, value: string): string | undefined => {
  if (typeof kind !== 'string') {
    return kind.some((choice) => plain(choice) === plain(value)) ? undefined : `one of ${kind.join(', ')}`;
  }
  switch (kind) {
    case 'int':
    case 'ints':
      return whole.test(value) ? undefined : 'a whole number';
    case 'number':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? undefined : 'a number';
    case 'amount':
      return amount.test(value) ? undefined : 'a whole number, e.g. 8192 or 8k';
    case 'length':
      return amount.test(value) || /^(-1|auto)$/i.test(value)
        ? undefined
        : 'a whole number, e.g. 8192 or 8k, or auto';
    case 'json':
      return isJson(value) ? undefined : 'JSON';
    default:
      return undefined;
  }
};

const unknown = ({ spelled }: GivenFlag): string => {
  if (!spelled.startsWith('-')) return `"${spelled}" belongs to no flag`;
  const plainName = spelled.replaceAll('_', '-');
  const since = gone[plainName];
  if (since !== undefined) return `vLLM has no ${spelled} any more: ${since}`;
  const near = nearest(plainName, Object.keys(flagTable));
  return `vLLM has no ${spelled}${near === undefined ? '' : `; did you mean ${near}?`}`;
};

/** What is wrong with one flag; undefined when nothing is. */
const problemOf = (given: GivenFlag): string | undefined => {
  const { name, spelled, part, values, off } = given;
  if (name === undefined) return unknown(given);
  const reserved = ours[name];
  if (reserved !== undefined) return `${spelled} is set by localai: ${reserved}`;
  const kind = flagTable[name] ?? 'text';
  if (kind === 'switch' || kind === 'bare' || off) {
    return values.length === 0 ? undefined : `${spelled} takes no value, and was given "${values[0]}"`;
  }
  if (values.length === 0) return kind === 'maybe' ? undefined : `${spelled} needs a value`;
  if (part !== undefined) return undefined;
  for (const value of values) {
    const instead = wantedInstead(kind, value);
    if (instead !== undefined) return `${spelled} takes ${instead}, not "${value}"`;
  }
  return undefined;
};

/**
 * What is wrong with flags that a user gives `vllm serve`, a sentence each without a full stop; `{localai}` in it is
 * replaced when it is shown. Empty when nothing is. Pure.
 */
export const checkFlags = (words: readonly string[]): readonly string[] =>
  parseFlags(words)
    .map(problemOf)
    .filter((problem) => problem !== undefined);

/** What is wrong with names of flags that are to be left out. Pure. */
export const checkRemoved = (names: readonly string[]): readonly string[] =>
  parseFlags(names).flatMap((given) => {
    if (given.name === undefined) return [unknown(given)];
    return given.values.length === 0 ? [] : [`name ${given.spelled} alone; its value goes with it`];
  });

/**
 * Our flags, changed as the user wants it: those named in `removeArgs` are left out, each with its values, and `args`
 * take the place of ours of the same name. What sets a part of a JSON value stands beside the whole. Pure.
 */
export const changedFlags = (
  planned: readonly string[],
  {
    args = [],
    removeArgs = [],
  }: { readonly args?: readonly string[]; readonly removeArgs?: readonly string[] },
): readonly string[] => {
  const removed = new Set(parseFlags(removeArgs).map(({ name, spelled }) => name ?? spelled));
  const replaced = parseFlags(args).filter(({ part }) => part === undefined);
  for (const { name, spelled } of replaced) removed.add(name ?? spelled);
  const kept = parseFlags(planned).filter(({ name, spelled }) => !removed.has(name ?? spelled));
  return [...kept.flatMap(({ words }) => words), ...args];
};

/** A command line with one flag set to a value, in the place where it stands or at the end. Pure. */
export const withFlag = (argv: readonly string[], flag: string, value: string): readonly string[] => {
  const at = argv.indexOf(flag);
  return at < 0 ? [...argv, flag, value] : [...argv.slice(0, at + 1), value, ...argv.slice(at + 2)];
};
