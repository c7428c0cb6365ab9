import type { FailureClass } from '../failure-class.ts';

const family = 'FAILED_SOFTWARE';

/** The engine's own programs and libraries. */
export const software: readonly FailureClass[] = [
  {
    id: 'compiler-missing',
    family,
    rank: 'certain',
    says: [
      /Failed to find C compiler/,
      /fatal error: Python\.h: No such file or directory/,
      /(?:No such file or directory|not found):? '?(?<tool>gcc|g\+\+|cc|c\+\+|clang\+\+|ninja|nvcc)'?\b/,
      /InvalidCxxCompiler|No working C\+\+ compiler found/,
      /Could not find (?:nvcc|CUDA installation)|CUDA_HOME (?:environment variable )?is not set|Ninja is required to load C\+\+ extensions/,
    ],
    problem: 'it compiles parts of itself, and the compiler is missing[ ({tool})]',
    fix: 'Debian, Ubuntu: `sudo apt install g++ python3-dev ninja-build`; then `{localai} restart {model}`.',
    source: 'PyTorch inductor, Triton, FlashInfer; field reports',
  },
  {
    id: 'compile-failed',
    family,
    says: [
      /InductorError\b/,
      /BackendCompilerFailed/,
      /torch\._dynamo\.exc\.\w+/,
      /triton\.compiler\.errors\.\w+|CompilationError: at \d+:\d+/,
    ],
    rank: 'general',
    problem: 'torch.compile failed on it',
    fix: 'Do without: add `--enforce-eager` to `args` in config.yaml, then `{localai} up`.',
    source: 'PyTorch _inductor, _dynamo; Triton',
  },
  {
    id: 'library-missing',
    family,
    says: [
      /error while loading shared libraries: (?<library>\S+):/,
      /ImportError: (?<library>lib[\w.+-]+\.so[\d.]*): cannot open shared object file/,
      /version `(?<library>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/,
      /undefined symbol: (?<library>\S+)/,
    ],
    problem: 'a library that it needs is missing or of another version[: {library}]',
    fix: 'Install the engine anew: `{localai} up` after removing its folder, which `{localai} status --json` names; or use the Compose stack.',
    source: 'ld.so; Python import',
  },
  {
    id: 'package-missing',
    family,
    says: [
      /ModuleNotFoundError: No module named '(?<module>[\w.]+)'/,
      /ImportError: cannot import name '(?<module>\w+)'/,
      /PackageNotFoundError: No package metadata was found for (?<module>\S+)/,
    ],
    rank: 'general',
    problem: 'the Python package {module} is missing or of another version',
    fix: 'This model may need a package that vLLM does not bring; else install the engine anew: remove its folder and run `{localai} up`.',
    source: 'Python import',
  },
  {
    id: 'event-loop',
    family,
    says: [/this event loop is already running/],
    problem: "the container's event loop does not work on this kernel (seen on Proxmox 6.17)",
    fix: 'Run it without a container, or start another kernel; `{localai} doctor` names yours.',
    source: 'field reports',
  },
  {
    id: 'start-timeout',
    family,
    mayPass: true,
    says: [
      /Timed out waiting for (?:new )?engine core processes to start/,
      /did not start within|Engine (?:core )?(?:startup|start-up) timed out/i,
    ],
    rank: 'general',
    problem: 'it took longer to start than vLLM waits',
    fix: 'Slow disk or first compilation: try `{localai} restart {model}` once, which finds its caches; VLLM_ENGINE_READY_TIMEOUT_S=3600 makes it wait longer.',
    source: 'vLLM v1/engine/core_client.py',
  },
  {
    id: 'engine-hung',
    family,
    mayPass: true,
    says: [
      /RPC call to \w+ timed out/,
      /(?:sample_tokens|execute_model)\b.*timed out/,
      /Watchdog caught collective operation timeout/,
    ],
    problem: 'a part of it no longer answered',
    fix: '`{localai} restart {model}`; if it happens again with several cards, try `--disable-custom-all-reduce` in `args`.',
    source: 'vLLM v1/executor/multiproc_executor.py; PyTorch ProcessGroupNCCL',
  },
  {
    id: 'engine-assert',
    family,
    mayPass: true,
    says: [/GGML_ASSERT\((?<what>.*)\) failed/],
    rank: 'general',
    problem: 'llama.cpp came upon something that it holds impossible[: {what}]',
    fix: '`{localai} restart {model}`; if it happens again, choose another build of the model.',
    source: 'ggml.c',
  },
];
