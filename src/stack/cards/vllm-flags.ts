import type { EnginePlan } from './engine-plan.ts';

/** Roles that hold conversations and may call tools. */
const talks = ({ build }: EnginePlan): boolean => !build.roles.every((role) => role === 'embedding');

const parserFlags = (plan: EnginePlan): readonly string[] => {
  const { model } = plan.build;
  if (!model || !talks(plan)) return [];
  return [
    ...(model.toolParser ? ['--enable-auto-tool-choice', '--tool-call-parser', model.toolParser.value] : []),
    ...(model.reasoningParser ? ['--reasoning-parser', model.reasoningParser.value] : []),
  ];
};

const memoryFlags = ({ cacheBytes, utilization }: EnginePlan): readonly string[] =>
  cacheBytes === null
    ? ['--gpu-memory-utilization', String(utilization ?? 0.92)]
    : ['--kv-cache-memory-bytes', String(cacheBytes)];

/** What `vllm serve` is given after the model, one word each; `sleeps` where it takes turns with others. Pure. */
export const vllmFlags = (plan: EnginePlan, sleeps: boolean): readonly string[] => [
  '--max-model-len',
  String(plan.contextTokens),
  '--max-num-seqs',
  String(plan.maxSequences),
  '--max-num-batched-tokens',
  String(plan.batchedTokens),
  ...memoryFlags(plan),
  ...(plan.tensorParallel > 1 ? ['--tensor-parallel-size', String(plan.tensorParallel)] : []),
  ...(plan.cacheFormat === 'auto' ? [] : ['--kv-cache-dtype', plan.cacheFormat]),
  ...(sleeps ? ['--enable-sleep-mode'] : []),
  ...(plan.half ? ['--dtype', 'half'] : []),
  ...parserFlags(plan),
  ...(plan.build.model?.flags ?? []),
];
