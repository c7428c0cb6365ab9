import type { FailureClass, FailureStage } from '../failure-class.ts';

const family = 'FAILED_GPU_MEMORY';

/** PyTorch's and CUDA's own words, and vLLM's around them. */
const outOfMemory: readonly RegExp[] = [
  /(?:torch(?:\.cuda)?\.)?OutOfMemoryError\b.*out of memory/,
  /(?:CUDA|HIP) (?:error: )?out of memory/,
  /cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED/,
];

const torch = 'PyTorch c10/cuda/CUDACachingAllocator.cpp; when: vLLM gpu_worker.py, gpu_model_runner.py';

const atStage = (stage: FailureStage, id: string, problem: string, fix: string): FailureClass => ({
  id,
  family,
  says: outOfMemory,
  stage,
  ...(stage === 'running' ? { mayPass: true as const } : {}),
  problem,
  fix,
  source: torch,
});

/** A card's memory was too small, or somebody else's. */
export const gpuMemory: readonly FailureClass[] = [
  {
    id: 'gpu-busy',
    family,
    mayPass: true,
    says: [
      /Free memory on device \S* ?\((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup is less than desired GPU memory utilization \((?<share>[\d.]+), (?<wanted>[\d.]+) GiB\)/,
      /No space left on the device memory: .*in use by other processes/,
    ],
    problem: 'something else uses the card[: {free} of {total} GiB are free, {wanted} GiB were wanted]',
    fix: 'See what uses it with `nvidia-smi`, end that, then `{localai} restart {model}`; or plan with what is free: `{localai} up`.',
    source: 'vLLM v1/worker/utils.py (0.32), gpu_worker.py before; field reports',
  },
  {
    id: 'gpu-memory-changed',
    family,
    mayPass: true,
    says: [/Error in memory profiling\. Initial free memory/],
    problem: 'another program took or gave back memory of the card while vLLM measured it',
    fix: 'End what else uses the card (`nvidia-smi`), then `{localai} restart {model}`.',
    source: 'vLLM v1/worker/gpu_worker.py',
  },
  {
    id: 'oom-load',
    family,
    rank: 'certain',
    says: [/Failed to load model - not enough GPU memory/],
    problem: 'its weights do not fit into the memory of the card',
    fix: 'Choose a smaller or more quantised build: `{localai} plan` shows what fits.',
    source: 'vLLM v1/worker/gpu_model_runner.py',
  },
  {
    id: 'oom-kv-cache',
    family,
    says: [
      /No available memory for the cache blocks/,
      /Cannot auto-fit max_model_len: not enough GPU memory/,
    ],
    problem: 'its weights leave no room for the cache of even one request',
    fix: 'Choose a smaller or more quantised build, or end what else uses the card: `{localai} plan` shows what fits.',
    source: 'vLLM v1/core/kv_cache_utils.py',
  },
  {
    id: 'oom-warmup',
    family,
    rank: 'certain',
    says: [
      /CUDA out of memory occurred when warming up (?:sampler|pooler) with (?<requests>\d+) dummy requests/,
    ],
    problem: 'so many requests at once do not fit[ ({requests})]',
    fix: 'Allow fewer: `{localai} up --parallel 8`.',
    source: 'vLLM v1/worker/gpu_model_runner.py',
  },
  {
    id: 'mamba-blocks',
    family,
    says: [/max_num_seqs \((?<wanted>\d+)\) exceeds available Mamba cache blocks \((?<most>\d+)\)/],
    problem: 'it has room for the state of {most} requests, not of {wanted}',
    fix: 'Allow fewer at once: `{localai} up --parallel {most}`.',
    retry: { flag: '--max-num-seqs', group: 'most' },
    source: 'vLLM config/compilation.py',
  },
  {
    id: 'oom-main-memory-hidden',
    family: 'FAILED_HOST_MEMORY',
    rank: 'certain',
    says: [/CUDA out of memory\. Tried to allocate \d{1,2}\.\d+ MiB/],
    also: /Auto-prefetch is disabled because .* exceeds \d+% of available RAM/,
    problem: 'main memory is too small for its weights, whatever it says about the card',
    fix: 'Give the machine more memory; in WSL set `memory=` in .wslconfig to more than the size of the model, then `wsl --shutdown`.',
    source: 'field reports',
  },
  atStage(
    'load',
    'oom-load-torch',
    'its weights do not fit into the memory of the card',
    'Choose a smaller or more quantised build: `{localai} plan` shows what fits.',
  ),
  atStage(
    'profile',
    'oom-profile',
    'its first trial run does not fit beside its weights',
    'Let it read less at once: add `--max-num-batched-tokens 2048` to `args` in config.yaml, then `{localai} up`.',
  ),
  atStage(
    'cache',
    'oom-cache-allocation',
    'the cache that was planned does not fit beside its weights',
    'End what else uses the card (`nvidia-smi`), or start with a smaller context: `{localai} up --context 8192`.',
  ),
  atStage(
    'graphs',
    'oom-graph-capture',
    'nothing was left for its CUDA graphs',
    'Do without them: add `--enforce-eager` to `args` in config.yaml, then `{localai} up`; or allow fewer requests with --parallel.',
  ),
  atStage(
    'running',
    'oom-running',
    'the card ran out of memory while it served',
    'Leave more of the card free: `{localai} up --parallel 4`, or a smaller --context.',
  ),
  atStage(
    'unknown',
    'oom-gpu',
    'the card ran out of memory',
    'Choose a smaller build or context: `{localai} plan` shows what fits.',
  ),
  {
    id: 'oom-llama-load',
    family,
    says: [
      /cudaMalloc failed: out of memory/,
      /ggml_vulkan: (?:Device memory allocation of size|.*ErrorOutOfDeviceMemory)/,
      /ErrorOutOfDeviceMemory/,
      /failed to allocate (?:CUDA|Vulkan|Metal|ROCm)\d* buffer|unable to allocate (?:CUDA|Vulkan|Metal|ROCm)\d* buffer/,
    ],
    problem: 'the card has no room for it',
    fix: 'Choose a smaller model or context, e.g. `{localai} up --context 4096`, or compute on the processor: --gpu off.',
    source: 'ggml-cuda.cu, ggml-vulkan.cpp, llama-model.cpp',
  },
];
