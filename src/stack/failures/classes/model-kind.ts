import type { FailureClass } from '../failure-class.ts';

const family = 'FAILED_MODEL_UNSUPPORTED';
const unfit = 'FAILED_GPU_UNFIT';

/** What the engine or the card cannot do. */
export const modelKind: readonly FailureClass[] = [
  {
    id: 'architecture-unsupported',
    family,
    says: [
      /Model architectures? \[?'?(?<architecture>[\w.]+)[^\]]*\]? (?:are|is) not supported for now/,
      /Model architecture (?<architecture>\w+) (?:was supported in vLLM until|is not supported in-tree)/,
      /(?<architecture>\w+) has no vLLM implementation and the Transformers implementation is not compatible/,
      /No model architectures are specified/,
      /The checkpoint you are trying to load has model type `(?<architecture>[^`]+)` but Transformers does not recognize/,
      /Unrecognized model in .* Should have a `model_type` key/,
      /unknown model architecture: '(?<architecture>[^']+)'/,
      /model type '(?<architecture>[^']+)' is not supported/i,
    ],
    problem: 'this version of the engine does not know its architecture[, {architecture}]',
    fix: 'Choose another model: `{localai} models catalog`; or a build for another engine, with --engine.',
    source: 'vLLM model_executor/models/registry.py; transformers auto classes; llama-model-loader.cpp',
  },
  {
    id: 'architecture-broken',
    family,
    says: [/Model architectures? \[?'?(?<architecture>[\w.]+)[^\]]*\]? failed to be inspected/],
    rank: 'general',
    problem: 'the engine could not look into its architecture[, {architecture}]',
    fix: 'See the error above it in `{localai} logs {model}`.',
    source: 'vLLM model_executor/models/registry.py',
  },
  {
    id: 'remote-code',
    family,
    says: [
      /^(?!.*Failed to load the tokenizer).*consider setting `?trust_remote_code=True`?/,
      /requires you to execute the (?:configuration|tokenizer|modeling|custom code).* file in (?:that|the) repo/i,
      /contains custom code which must be executed to correctly load the model/,
    ],
    problem: 'it brings program code of its own, which is not run unless you allow it',
    fix: 'If you trust its author: add `--trust-remote-code` to `args` in config.yaml, then `{localai} up`.',
    source: 'vLLM transformers_utils/config.py; transformers dynamic_module_utils.py',
  },
  {
    id: 'quantization-unsupported-gpu',
    family: unfit,
    says: [
      /The quantization method (?<method>[\w.-]+) is not supported for the current GPU\. Minimum capability: (?<least>\d+)\. Current capability: (?<found>\d+)/,
      /Quantization scheme is not supported for the current GPU\. Min capability: (?<least>\d+)\. Current capability: (?<found>\d+)/,
      /Quantization scheme is not supported for the current GPU/,
      /Failed to find a kernel that can implement the (?<method>[\w.-]+) \w+ layer/,
      /(?:The quantization method )?(?<method>[\w.-]+) (?:quantization )?(?:is|are) not supported (?:for|on) the current (?:GPU|device|platform)/,
      /(?<method>[\w.-]+) quantization is currently not supported in \w+/,
    ],
    problem:
      'the card cannot compute with its quantisation[ ({method})][: compute capability {found}, at least {least} is needed]',
    fix: 'Choose another build of the model: `{localai} plan` names those that run on this card.',
    source: 'vLLM config/vllm.py, compressed_tensors.py, quark.py, platforms/interface.py',
  },
  {
    id: 'quantization-plugin',
    family,
    says: [
      /Unknown quantization method: (?<method>bitsandbytes|gguf)\b/,
      /Invalid quantization method: (?<method>bitsandbytes|gguf)\b/,
      /(?<method>bitsandbytes|gguf)\b.*(?:vllm-bnb-plugin|vllm-gguf-plugin)/i,
    ],
    problem: 'this vLLM does not read {method} any more',
    fix: 'Choose another build (AWQ, GPTQ, FP8), or for GGUF files `{localai} up --engine llamacpp`.',
    source: 'vLLM config/model.py; field reports',
  },
  {
    id: 'quantization-unknown',
    family,
    says: [
      /(?:Unknown|Invalid) quantization method: (?<method>[\w-]+)/,
      /Unknown quantization type, got (?<method>[\w.-]+)/,
    ],
    problem: 'the engine does not know its quantisation, {method}',
    fix: 'Choose another build of the model: `{localai} models catalog`.',
    source: 'vLLM config/model.py, quantization/__init__.py; transformers quantizers/auto.py',
  },
  {
    id: 'quantization-mismatch',
    family: 'FAILED_SETTINGS',
    says: [
      /Quantization method specified in the model config \((?<found>[\w.-]+)\) does not match the quantization method specified in the `quantization` argument \((?<asked>[\w.-]+)\)/,
      /Cannot find the config file for (?<asked>[\w.-]+)/,
    ],
    problem: 'it is not quantised as `--quantization` says[: {found}, not {asked}]',
    fix: 'Take `--quantization` out of `args` in config.yaml; vLLM sees for itself. Then `{localai} up`.',
    source: 'vLLM config/model.py, model_loader/weight_utils.py',
  },
  {
    id: 'dtype-unsupported',
    family: unfit,
    says: [
      /[Bb]float16 is only supported on GPUs with compute capability of at least 8\.0/,
      /(?:torch\.)?(?<dtype>b?float16|float32) is not supported for quantization method (?<method>[\w.-]+)/,
      /The model type '?[\w.-]+'? does not support (?<dtype>float16|bfloat16)/,
      /Model does not support dtype/,
    ],
    problem: 'it cannot be computed in this precision here[ ({dtype})]',
    fix: 'Add `--dtype half` to `args` in config.yaml (or take a `--dtype` out of it), then `{localai} up`.',
    source: 'vLLM platforms/cuda.py, config/vllm.py, config/model.py',
  },
  {
    id: 'kv-dtype-unsupported',
    family: unfit,
    says: [
      /(?:FP8|bfloat16|NVFP4) KV cache is not supported (?:by|on)/i,
      /type fp8e4nv not supported in this architecture/,
      /fp8_e5m2 kv-cache is not supported with fp8 checkpoints/,
      /kv_cache_dtype \S+ is not supported/,
    ],
    problem: 'the card cannot keep the cache in this format',
    fix: 'Take `--kv-cache-dtype` out of `args` in config.yaml, then `{localai} up`.',
    source: 'vLLM v1/attention/backends; Triton; field reports',
  },
  {
    id: 'attention-backend',
    family: unfit,
    says: [
      /No valid attention backend found for/,
      /Selected backend \S+ is not valid for this configuration/,
      /Cannot use FlashAttention.*backend|Unsupported attention backend/,
    ],
    problem: 'no attention backend does what its settings ask for on this card',
    fix: 'Take `--attention-backend` and `--kv-cache-dtype` out of `args` in config.yaml, then `{localai} up`.',
    source: 'vLLM platforms/cuda.py',
  },
  {
    id: 'sleep-unsupported',
    family: 'FAILED_SETTINGS',
    says: [/Sleep mode is not supported on (?:the )?current platform/i],
    problem: 'vLLM can sleep on graphics cards alone',
    fix: 'Name `--enable-sleep-mode` in `removeArgs` of config.yaml, then `{localai} up`.',
    source: 'vLLM config/model.py; seen with the CPU build',
  },
  {
    id: 'lora-unsupported',
    family: 'FAILED_SETTINGS',
    says: [
      /does not support LoRA(?: yet)?/,
      /LoRA rank (?<rank>\d+) is greater than max_lora_rank (?<most>\d+)/,
      /Loading lora (?<adapter>\S+) failed/,
      /No adapter found for (?<adapter>\S+)/,
      /failed to load lora adapter/,
    ],
    problem: 'its LoRA adapter cannot be used[ ({adapter})][: rank {rank}, {most} are allowed]',
    fix: 'Correct or take out `--lora-modules` in `args` of config.yaml (`--max-lora-rank` allows more), then `{localai} up`.',
    source: 'vLLM lora/peft_helper.py, exceptions.py, v1/worker/lora_model_runner_mixin.py',
  },
];
