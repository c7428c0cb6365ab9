import type { FailureClass } from '../failure-class.ts';

const family = 'FAILED_SETTINGS';

/** What the engine was told. */
export const settings: readonly FailureClass[] = [
  {
    id: 'flag-unknown',
    family,
    rank: 'certain',
    says: [
      /error: unrecognized arguments?: (?<flag>.+)$/,
      /error: ambiguous option: (?<flag>\S+)/,
      /^error: (?:invalid|unknown) argument:? (?<flag>\S+)/,
      /error: the following arguments are required: (?<flag>\S+)/,
    ],
    problem: 'it does not know the flag {flag}',
    fix: 'Correct `args` in config.yaml; `{localai} config list` shows it. Then `{localai} up`.',
    source: 'Python argparse; llama.cpp common/arg.cpp',
  },
  {
    id: 'flag-value',
    family,
    rank: 'certain',
    says: [
      /error: argument (?<flag>[\w/, .-]+): (?<why>(?:invalid|expected|not allowed|Value).*)$/,
      /^error while handling argument "(?<flag>[^"]+)": (?<why>.*)$/,
    ],
    problem: '{flag}: {why}',
    fix: 'Correct `args` in config.yaml; `{localai} config list` shows it. Then `{localai} up`.',
    source: 'Python argparse; llama.cpp common/arg.cpp',
  },
  {
    id: 'tool-parser-missing',
    family,
    says: [/--enable-auto-tool-choice requires --tool-call-parser/],
    problem: 'it was told to call tools, and not in which form',
    fix: 'Add `--tool-call-parser` and its name to `args` in config.yaml, or take `--enable-auto-tool-choice` out; then `{localai} up`.',
    source: 'vLLM entrypoints/launchers/cli_args.py',
  },
  {
    id: 'tool-parser-unknown',
    family,
    says: [
      /invalid tool call parser: (?<parser>\S+)/,
      /[Tt]ool parser '?(?<parser>[\w-]+)'? (?:not found|is not registered)/,
    ],
    problem: 'it has no tool parser named {parser}',
    fix: 'Correct `--tool-call-parser` in `args` of config.yaml; the log names those there are (`{localai} logs {model}`).',
    source: 'vLLM entrypoints/launchers/launcher.py',
  },
  {
    id: 'reasoning-parser-unknown',
    family,
    says: [
      /invalid reasoning parser: (?<parser>\S+)/,
      /[Rr]easoning parser '?(?<parser>[\w-]+)'? (?:not found|is not registered)/,
    ],
    problem: 'it has no reasoning parser named {parser}',
    fix: 'Correct `--reasoning-parser` in `args` of config.yaml; the log names those there are (`{localai} logs {model}`).',
    source: 'vLLM entrypoints/launchers/launcher.py, reasoning/abs_reasoning_parsers.py',
  },
  {
    id: 'chat-template',
    family,
    says: [
      /default chat template is no longer allowed/,
      /The supplied chat template\b/,
      /Chat template .*(?:not found|does not exist|could not be)/i,
      /jinja2\.exceptions\.\w+|TemplateSyntaxError/,
      /chat template (?:parsing|is not supported).*(?:error|failed|not supported)/i,
      /the supplied chat template is not supported/i,
    ],
    problem: 'its chat template is missing or cannot be read',
    fix: 'Name a template in `args` of config.yaml: `--chat-template` and the path of a .jinja file; then `{localai} up`.',
    source: 'vLLM entrypoints/chat_utils.py; transformers; llama.cpp common/chat.cpp',
  },
  {
    id: 'speculative',
    family,
    says: [
      /num_speculative_tokens .*(?:must|should|was provided)/,
      /(?:Unsupported|Invalid) speculative method/i,
      /[Ss]peculative (?:decoding|config)\b.*(?:not supported|must|unsupported|invalid)/,
      /draft model.*(?:does not match|must have|mismatch|not supported)/i,
    ],
    problem: 'its speculative decoding is not set up for this model',
    fix: 'Take `--speculative-config` out of `args` in config.yaml, then `{localai} up`.',
    source: 'vLLM config/speculative.py',
  },
  {
    id: 'setting-refused',
    family,
    says: [
      /^(?:\s*)Value error, (?<why>.+?)(?: \[type=.*)?$/,
      /^\w+Config\n?.*Input should be (?<why>.*?)(?: \[type=.*)?$/,
      /^TypeError: Error: (?<why>--.+)$/,
    ],
    rank: 'general',
    problem: 'its settings do not go together: {why}',
    fix: 'Correct `args` in config.yaml (`{localai} config list` shows it), then `{localai} up`.',
    source: 'pydantic, as vLLM uses it for its configuration',
  },
];
