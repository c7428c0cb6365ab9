import { errors } from '../../src/errors.ts';
import { gatewayFileKeys } from './gateway-file-keys.ts';

/** Errors that a client of the gateway can meet, in the order of a request's way, with what it should do. */
const met = [
  ...['HOST_NOT_ALLOWED', 'ORIGIN_NOT_ALLOWED', 'URL_TOO_LONG', 'HEADERS_TOO_LARGE', 'REQUEST_TOO_SLOW'],
  ...['UNAUTHORIZED', 'KEY_EXPIRED', 'FAILED_KEYS', 'ADDRESS_RATE', 'KEY_SCOPE', 'KEY_MODEL'],
  ...['ROUTE_UNKNOWN', 'METHOD_NOT_ALLOWED', 'REQUEST_TOO_LARGE', 'REQUEST_NOT_JSON', 'REQUEST_INVALID'],
  ...[
    'REQUEST_PARAMETER',
    'RATE_LIMITED',
    'KEY_BUSY',
    'SERVED_MODEL_UNKNOWN',
    'MODEL_LOADING',
    'ENGINE_LOAD',
  ],
  ...['QUEUE_FULL', 'QUEUE_TIMEOUT', 'REQUEST_DEADLINE', 'UPSTREAM_UNREACHABLE', 'UPSTREAM_TIMEOUT'],
  ...['UPSTREAM_DIED', 'UPSTREAM_REFUSED', 'SHUTTING_DOWN'],
] as const;

const errorRows = (): string =>
  met
    .map((code) => {
      const { http, message } = errors[code];
      const words = message.replaceAll(/\{(\w+)}/g, '‹$1›').replaceAll('|', '\\|');
      return `| ${http} | [\`${code.toLowerCase()}\`](errors.md#${code.toLowerCase()}) | ${words} |`;
    })
    .join('\n');

export const gatewayPage = (): string => `# The gateway

What answers on port 8080, whatever the engine behind it is: it knows who may ask, picks the model, keeps the line fair, passes
the engine's bytes on as they are, and says what it did. \`localai up\` writes its file, \`gateway.yaml\`, and starts it; it also
[runs by itself](#by-itself) in front of engines elsewhere. Who may reach it is in [security.md](security.md), what it measures
in [monitoring.md](monitoring.md), requests to try in [api-examples.md](api-examples.md), why it is fast and how fast in
[bench/README.md](../bench/README.md).

## Addresses

| address | what |
|---|---|
| \`POST /v1/chat/completions\`, \`/v1/completions\`, \`/v1/embeddings\` | answered by a model's engine |
| \`POST /tokenize\`, \`/detokenize\` | the same, without a wait in line |
| \`GET /v1/models\`, \`/v1/models/<name>\` | what this key may use: state, roles, context window, capabilities |
| \`GET /health\` | \`{"status":"healthy"}\` while the gateway runs; needs no key |
| \`GET /ready\` | 200 when at least one model answers, else 503; each model with its state and the reason; needs no key |
| \`GET /metrics\` | for Prometheus |
| \`GET /api/status\`, \`/api/events\`, \`/api/usage\`, \`/api/log-level\` | for people and tools: [monitoring.md](monitoring.md) |
| \`GET /\` | the browser's UI |

With or without \`/v1\`, with it twice, with a slash at the end: what can only have been meant is understood. All else is a 404
in JSON.

## Which model

1. an id of \`/v1/models\`, or the name that the engine knows it by
2. an alias: of the model (\`models[].aliases\`), then yours (\`routing.aliases\`), a whole name before a pattern, the pattern that
   says most before others
3. a role (\`coder\`, \`general\`, \`autocomplete\`, \`embedding\`), or a name that clients send out of habit: \`deepseek-coder*\`,
   \`qwen*coder*\`, \`claude-*\`, \`gpt-*\` mean the coder; \`mistral*\`, \`qwen-general*\` the general model
4. anything else, or nothing: the general model; for embeddings, the embedding model

With \`routing.strict: true\` the fourth is a 404 \`model_not_found\` that names what is nearest. A role that nobody has goes to the
model that comes closest. \`x-localai-model\` and \`x-localai-route\` of an answer say what served and why. An alias for a model
that is not served means nothing; the log says so at the start, and \`up\` does.

## The line

An engine works on so many requests at once: \`maxRunning\`, else what it says itself. The others wait.

- **Urgency.** \`autocomplete\` goes before \`chat\`, that before \`batch\`. A request says its own in \`x-localai-priority\`; a key has one
  (\`key create --priority\`), above which its requests cannot go. Without either, a completion of at most 512 tokens is
  autocomplete, all else chat. Every tenth start is for chat and every twentieth for batch first, so that none waits for ever.
- **Fairness.** Within a band keys take turns, and the key with the fewest requests running goes first: an agent with thirty
  parallel calls does not starve a person with one.
- **Room.** 200 requests or 256 MiB of bodies wait per model (\`queue.waiting\`, \`queue.waitingMiB\`), then it is a 429 at once.
  \`Retry-After\` is worked out from how long requests have taken lately.
- **Time.** At most ten minutes (\`queue.seconds\`), and never beyond the request's own time. Who leaves is out of the line at once.
- **A model that is still loading** is a 503 with \`Retry-After\`, or worth waiting for with \`queue.whileLoading: true\`.

The body of such an answer has, beside the message, \`details\`: the model's \`status\`, how many are \`running\` and \`waiting\`, the
\`position\` in line where there is one, \`retryAfter\` in seconds and \`advice\`.

## Time limits

| what | how long | at its end |
|---|---|---|
| a connection to an engine | \`timeouts.connect\`, 5 s | tried again, then 503 |
| from the question to the beginning of the answer | \`timeouts.firstByte\`, 15 min: a long prompt takes its time | 504 |
| between two pieces of an answer | \`timeouts.idle\`, 15 min | 504, or the stream's last event |
| the whole request | \`timeouts.total\`, 3 h; less when the client says so | 504, or the stream's last event |
| a client that does not read | \`timeouts.stalledReader\`, 5 min | its connection is cut |

A client says how long its request may take in \`x-request-timeout\`: \`30\`, \`30s\`, \`1500ms\`, \`10m\`.

## When an engine fails

- **Again.** When an engine cannot be reached, or answers 429 or 503, it is asked again up to three times, after 0.1, 0.4 and 1.6 s
  with jitter, or when its \`Retry-After\` says, if that is no longer than 2 s. Never after the first byte of an answer, nor after
  it may have begun to work. All requests together earn a fifth of a repetition each, so that a storm is not doubled. A kept
  connection that the engine closed as the request went out is replaced once by a fresh one.
- **Spared.** After five failures in a row requests are kept from an engine (503 \`upstream_unreachable\`) for 1 s, then one tries;
  after each that fails it is twice as long, at most 30 s. An answer of any status is no failure: a bad prompt of one person
  costs nobody else the service. Each model has its own; one that hangs slows none of the others.
- **Looked after.** An engine that \`serve\` started is watched by it. One elsewhere is asked for \`/health\` every ten seconds
  (\`health.seconds\`), each second while it is not well. What it says shows in \`/ready\`, \`/v1/models\` and \`localai status\`; as soon
  as it is back requests go through.
- **Told.** As long as nothing was sent the client gets the engine's own status and body. In a stream that has begun, the failure
  is its last event, \`data: {"error": …}\`, without \`[DONE]\`; never a clean end. An answer in one piece breaks off.

## Who leaves

When a client goes, in line, while its prompt is read, in a stream or before an answer in one piece, the engine's connection is
closed at once, the place is free for the next one, and the log has it as 499. An engine is not blamed for it.

## Streams

Bytes pass as they come, in the pieces that they come in. When the client reads more slowly than the engine writes, the engine
is held back, so that memory stays flat. After 15 s of silence a stream gets a comment between two events, \`: keepalive\`
(\`streams.keepalive\`), which every reader of events skips. Before an engine has answered nothing is sent, so that its status can
still be told; clients that cannot wait that long are helped by \`streams.headAfter\`: after so many seconds the head goes out,
then \`: queued 3\` while it waits, and what fails from then on is an event.

## Limits

| what | key | else |
|---|---|---|
| size of a body | \`limits.bodyMiB\`, 32 | 413, before the rest is sent |
| messages, their length | \`limits.messages\`, \`limits.messageChars\` | 400 |
| tokens of an answer | \`limits.maxTokens\` | lowered; \`x-localai-clamped: max_tokens=512\` says so |
| answers to one request | \`limits.n\`, 16 | 400 |
| address, headers | 8 KiB, 16 KiB | 414, 431 |
| requests of a key, a minute and at once | \`key create --rpm --parallel\` | 429 |
| wrong keys from an address | \`limits.failedKeysPerMinute\`, 60 | 429 |
| requests without a key from an address | \`limits.keylessPerMinute\` | 429 |

## Headers

What a request may carry:

| header | meaning |
|---|---|
| \`authorization: Bearer\`, \`x-api-key\`, \`api-key\` | the key |
| \`x-request-id\` | taken over when it is harmless: up to 128 letters, digits and \`_.:/+=@-\` |
| \`x-request-timeout\` | how long it may take |
| \`x-localai-priority\` | \`autocomplete\`, \`chat\` or \`batch\` |
| \`accept\`, \`traceparent\`, \`tracestate\`, \`x-session-id\` | passed on to the engine; no other is |

What an answer says:

| header | meaning |
|---|---|
| \`x-request-id\` | of the request; in the log, and told to the engine |
| \`x-localai-model\`, \`x-localai-route\` | which model served, and why |
| \`x-localai-overhead-ms\` | the gateway's own part of the time |
| \`server-timing\` | \`queue\`, \`upstream\`, \`localai\`, in ms |
| \`x-localai-queue-position\`, \`x-localai-queue-ms\` | of one that had to wait: the place it began at, the wait |
| \`x-localai-queue-eta\` | of one that had to wait for a model to be loaded: in about how many seconds ([engines.md](engines.md)) |
| \`x-localai-clamped\` | what was lowered to what is allowed here |
| \`x-ratelimit-limit-requests\`, \`-remaining-requests\`, \`-reset-requests\` | where a rate counts |
| \`retry-after\` | with 429 and 503: s |
| \`www-authenticate\` | with 401 |
| \`allow\` | with 405 |
| \`cache-control: no-cache\`, \`x-accel-buffering: no\` | of streams, so that proxies pass events on at once |
| \`access-control-*\` | to web pages that may use it |

## Errors

In OpenAI's form, \`{"error": {"message", "type", "param", "code", …}}\`; in Anthropic's to a client of that API (\`/v1/messages\`, or
with \`anthropic-version\`). The message says what failed and what to do. \`code\` is the second column, but where clients look for
a word of OpenAI's it is that (\`invalid_api_key\`, \`model_not_found\`, \`rate_limit_exceeded\` …).

| status | code | message |
|---|---|---|
${errorRows()}

What an engine itself says to a request, a context that is too long for instance, passes unchanged.

## Changing it while it runs

\`gateway.yaml\` is read again when it is saved, and on SIGHUP; SIGHUP also reads anew what it names: \`keys.json\`, and the keys for engines. Models,
names, limits, keys, hosts, everything but what is below changes at once. Streams that are open go on as they began, and who
waits keeps the place. An engine whose command changed ends when its last answer has; then the new one starts.

A file with a mistake is refused, with line and hint in the log and under \`config.problem\` of \`/api/status\`, and the one from
before stays. So is one that would open the gateway to the network without a key. \`listen\`, \`stateFolder\` and \`logs.folder\`
wait for the next start, as \`config.needsRestart\` says.

The log can also be made to say more for a while without the file: [monitoring.md](monitoring.md#logs).

## The end

SIGTERM or Ctrl-C: nothing new is taken, and open answers have five seconds (\`drainSeconds\`) to end; those that have not are told
\`shutting_down\`. A second signal ends it at once.

## By itself

\`localai serve --config gateway.yaml\` needs nothing but that file: no \`up\`, no home folder, no engine on this machine. This much is
enough for one vLLM elsewhere:

\`\`\`yaml
schemaVersion: 1
models:
  - id: qwen-coder
    upstream: { url: http://gpu-box:8000 }
\`\`\`

With a key for the engine, roles, limits, your own keys and a socket beside the port:

\`\`\`yaml
schemaVersion: 1
listen: { host: 0.0.0.0, port: 8080, socket: /run/localai/gateway.sock, socketMode: "0660" }
exposure: lan
allowedHosts: [ai.example.org]
keysFile: keys.json # localai key create laptop --file keys.json
stateFolder: state # usage; without it, in memory alone
logs: { folder: logs }
limits: { bodyMiB: 64, maxTokens: 8192 }
queue: { whileLoading: true }
models:
  - id: qwen-coder
    roles: [coder, autocomplete]
    upstream: { url: https://gpu-box.example.org/v1 }
    upstreamKey: { file: vllm.key }
    upstreamModel: Qwen/Qwen3-Coder-30B-A3B-Instruct
    maxRunning: 16
  - id: mistral
    roles: [general]
    aliases: ["my-*"]
    upstream: { socket: /run/vllm/mistral.sock }
\`\`\`

Paths are meant from the folder that the file lies in. In a plain Node image, with nothing but \`bin\` and \`dist\` of localai:

\`\`\`sh
docker run --rm -p 127.0.0.1:8080:8080 -v "$PWD/localai:/app:ro" -v "$PWD/config:/config:ro" \\
  node:24-slim node /app/bin/localai.js serve --config /config/gateway.yaml
\`\`\`

There \`listen.host\` is \`0.0.0.0\`, since the container's own loopback is nobody's, and \`exposure: loopback\` says that the port is
published on this machine only. Mount the folder, not the file: a single file that is mounted never changes.

## gateway.yaml

${gatewayFileKeys()}
`;
