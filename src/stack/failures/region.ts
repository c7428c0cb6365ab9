import type { LogLine } from './clean-log.ts';
import type { FailureStage } from './failure-class.ts';

/** A new start: what is above belongs to an earlier one. */
const start = /vLLM API server version|^vllm serve: error:|^usage: vllm|█ {5}█ {5}█▄/;

/** It serves; what comes later is another matter than a failed start. */
const serving = /Application startup complete|server is listening on/;

/** What begins the account of an engine's death. */
const death =
  /EngineCore (hit an exception|encountered a fatal error|failed to start)|WorkerProc (hit an exception|failed)|Engine core initialization failed|died unexpectedly|EngineDeadError|^Process (EngineCore|VllmWorker|Worker)\S*:/;

/** Without such an account, the last words of a server that ran are looked at. */
const lastLines = 80;

export interface Region {
  /** The lines in which the cause is looked for. */
  readonly lines: readonly LogLine[];
  /** All lines of the last start. */
  readonly all: readonly LogLine[];
  readonly served: boolean;
}

/** Where to look: the last start, and of a server that ran the part from its death on. Pure. */
export const regionOf = (lines: readonly LogLine[]): Region => {
  const from = Math.max(
    0,
    lines.findLastIndex(({ text }) => start.test(text)),
  );
  const all = lines.slice(from);
  const ready = all.findLastIndex(({ text }) => serving.test(text));
  if (ready < 0) return { lines: all, all, served: false };
  const after = all.slice(ready + 1);
  const died = after.findIndex(({ text, level, code }) => level !== 'info' && !code && death.test(text));
  return { lines: died < 0 ? after.slice(-lastLines) : after.slice(died), all, served: true };
};

/** The functions of vLLM in whose frames a failure shows when it happened; the first that fits decides. */
const framesOf: readonly (readonly [FailureStage, RegExp])[] = [
  [
    'graphs',
    /^(capture_model|_capture_cudagraphs|capture|capture_graphs|compile_or_warm_up_model|_warmup_and_capture)$/,
  ],
  [
    'profile',
    /^(determine_available_memory|profile_run|profile_cudagraph_memory|determine_num_available_blocks)$/,
  ],
  [
    'cache',
    /^(initialize_kv_cache\w*|_allocate_kv_cache\w*|initialize_from_config|initialize_cache|allocate_kv_cache)$/,
  ],
  ['load', /^(load_model|load_weights|initialize_model|init_device|_load_model)$/],
  [
    'running',
    /^(run_busy_loop|_process_engine_step|step_with_batch_queue|execute_model|sample_tokens|step)$/,
  ],
];

/** How far it had come, by what it said. */
const steps: readonly (readonly [FailureStage, RegExp])[] = [
  ['graphs', /GPU KV cache size|Maximum concurrency for|Capturing CUDA graph|# GPU blocks/],
  ['cache', /Available KV cache memory/],
  ['profile', /Model loading took|Loading weights took/],
  ['load', /Starting to load model|Loading safetensors checkpoint|load_tensors|loading model/],
];

/** When in an engine's life it happened. Pure. */
export const stageOf = ({ lines, all, served }: Region): FailureStage => {
  const frames = lines.map(({ frame }) => frame).filter((frame) => frame !== undefined);
  const byFrame = framesOf.find(([, names]) => frames.some((frame) => names.test(frame)))?.[0];
  if (served) return 'running';
  if (byFrame !== undefined) return byFrame;
  return steps.find(([, said]) => all.some(({ text, code }) => !code && said.test(text)))?.[0] ?? 'unknown';
};
