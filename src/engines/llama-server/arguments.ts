import type { EngineBudget, EngineModel } from '../engine.ts';

/**
 * Tokens per request where nothing was said: a model's own window may be 128k, whose memory no host has for several
 * requests. Windows that are shorter are not exceeded.
 */
export const usualContext = 8192;

/** Flags that older and newer builds have under other names or not at all: the first that is known is used. */
const optional = (known: readonly string[], ...flags: readonly string[]): readonly string[] => {
  const flag = flags.find((one) => known.includes(one));
  return flag === undefined ? [] : [flag];
};

const gpuFlags = (gpu: EngineBudget['gpu'], known: readonly string[]): readonly string[] => {
  if (gpu === 'off') return ['--n-gpu-layers', '0'];
  // Builds that fit a model to the card by themselves do it better than a number of ours.
  return known.includes('--fit') ? [] : ['--n-gpu-layers', '999'];
};

/** Takes away flags by name, with the value that follows each. */
const without = (flags: readonly string[], names: readonly string[]): readonly string[] =>
  flags.filter((word, at) => {
    const flag = word.startsWith('--') ? word : flags[at - 1];
    return !names.includes(flag ?? '');
  });

/** llama-server's flags for a model; `known` are those of its build. */
export const serverFlags = (
  model: EngineModel,
  budget: EngineBudget,
  socket: string,
  known: readonly string[],
): readonly string[] => {
  const embeds = model.roles.length > 0 && model.roles.every((role) => role === 'embedding');
  const perRequest = budget.contextTokens ?? usualContext;
  const own = [
    ...['--model', model.file, '--alias', model.id],
    // A name that ends with .sock is a Unix socket to it.
    ...['--host', socket],
    // The context is cut into as many parts as there are requests at once.
    ...['--ctx-size', String(perRequest * budget.parallel), '--parallel', String(budget.parallel)],
    ...['--threads', String(budget.threads ?? budget.cores)],
    ...gpuFlags(budget.gpu, known),
    '--jinja',
    ...optional(known, '--metrics'),
    ...optional(known, '--offline'),
    ...optional(known, '--no-webui', '--no-ui'),
    ...(embeds ? optional(known, '--embeddings', '--embedding') : []),
  ];
  return [...without(own, budget.removeArgs ?? []), ...(budget.args ?? [])];
};
