import { type Family, families } from '../../src/gateway/metrics/families.ts';

/** What the facts of a request's line in the log mean; a test holds them against a real line. */
export const logFacts: Readonly<Record<string, string>> = {
  id: 'the request, as in its `x-request-id`',
  key: "the key's name",
  method: '',
  path: 'as the client wrote it, without what follows a `?`',
  model: 'the model that served',
  route: 'why that one: `id`, an alias, a role',
  stream: '`true` when the answer went out as events',
  status: '499: the client left first',
  error: 'the [error](errors.md), when there was one',
  ms: 'from the request to the end of its answer',
  queuedMs: 'of that, the wait for a turn',
  firstByteMs: "until the engine's answer began",
  firstTokenMs: 'until the first event of a stream',
  overheadMs: "the gateway's own part",
  retries: 'further attempts at the engine',
  promptTokens: 'as the engine counted them; absent when it did not say',
  completionTokens: 'the same of the answer',
  bytesIn: "of the request's body",
  bytesOut: "of the answer's",
};

const metricRow = ({ name, type, labels, help }: Family): string =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`;

export const monitoringPage = (): string => `# Monitoring

| question | answer |
|---|---|
| does it run, and how well? | \`localai status\` |
| is the gateway alive? | \`GET /health\`: \`{"status":"healthy"}\`, without a key |
| can a model answer? | \`GET /ready\`: 200 when at least one can, else 503; each model with its state and the reason |
| what is going on now? | \`GET /api/status\`, or \`GET /api/events\` as it happens |
| how has it been? | \`GET /metrics\` for Prometheus |
| what happened to that request? | the log: each answer carries an \`x-request-id\` |
| who used how much? | \`GET /api/usage\` |

Below, \`$LOCALAI_API_KEY\` is what \`localai key show\` prints.

## Metrics

\`GET /metrics\` speaks Prometheus' text format. While only this machine can reach the gateway it needs no key; open to the
network, or through a proxy, it needs one with the scope \`metrics\`: \`localai key create prometheus --scopes metrics\`.

\`\`\`yaml
scrape_configs:
  - job_name: localai
    scrape_interval: 15s
    static_configs:
      - targets: ["127.0.0.1:8080"]
    # Only where a key is needed:
    authorization:
      credentials_file: /etc/prometheus/localai.key
\`\`\`

The \`gen_ai_*\` metrics are those of OpenTelemetry's conventions for generative AI, so that dashboards made for other gateways
show them. Labels cannot grow without end: names of models that nobody serves are \`other\`, and so are keys and models beyond
the hundredth; \`none\` stands where there is no key or no name.

| metric | type | labels | meaning |
|---|---|---|---|
${Object.values(families).map(metricRow).join('\n')}

Beside them are those of the process: \`process_*\` (CPU, memory, open files) and \`nodejs_*\` (event loop, garbage collection),
watched from the first scrape on. Metrics begin at zero when the gateway starts.

What to look at:

\`\`\`promql
# requests a second, by model and how they ended
sum by (model, status) (rate(localai_requests_total{model!="none"}[5m]))
# part of them that failed
sum(rate(localai_requests_total{model!="none", status="5xx"}[5m])) / sum(rate(localai_requests_total{model!="none"}[5m]))
# how long nine of ten wait for their first token
histogram_quantile(0.9, sum by (le, gen_ai_response_model) (rate(gen_ai_server_time_to_first_token_seconds_bucket[5m])))
# tokens a second of one stream
1 / (rate(gen_ai_server_time_per_output_token_seconds_sum[5m]) / rate(gen_ai_server_time_per_output_token_seconds_count[5m]))
# tokens made a second, all together
sum by (gen_ai_response_model) (rate(gen_ai_client_token_usage_sum{gen_ai_token_type="output"}[5m]))
# is a model too small for what is asked of it?
max_over_time(localai_waiting_requests[15m])
# worth waking somebody: an engine that is down, usage that is not kept
localai_breaker_open == 1 or localai_model_state{state="error"} == 1 or localai_usage_saved == 0
\`\`\`

**Tokens.** They are what the engine says at the end of an answer. A stream says so only when its request has
\`"stream_options": {"include_usage": true}\`; else its tokens are unknown, counted in \`localai_unknown_usage_total\` and nowhere
else. Nothing is estimated.

## What each answer says of itself

| header | meaning |
|---|---|
| \`x-request-id\` | the client's own, or a new one; the log and the engine get the same |
| \`x-localai-model\`, \`x-localai-route\` | which model served, and why |
| \`x-localai-overhead-ms\` | the gateway's own part: from when the whole request was there to when the engine was asked, and from when its answer began to when the head went out; without the wait for a turn |
| \`server-timing\` | \`queue\`, \`upstream\` (from the question to the beginning of the engine's answer) and \`localai\`, in ms; browsers show it beside the request |
| \`x-localai-queue-position\`, \`x-localai-queue-ms\` | only of requests that had to wait |
| \`x-localai-queue-eta\` | of those that had to wait for a model to be loaded: in about how many seconds, where that can be told |

## Logs

\`localai logs\` shows them, \`localai logs -f\` goes on. They are files in \`~/.local/state/localai/logs\` (\`$XDG_STATE_HOME\` and
\`LOCALAI_HOME\` move it; on a Mac \`~/Library/Application Support/localai/state/logs\`), and \`gateway.yaml\` names the folder
under \`logs\`:

- \`gateway.log\`: JSON, one line per request and per event of the gateway. Put aside every day and at 256 MiB, as
  \`gateway.log.<time>\`; what is older than 7 days goes, and the oldest when all are together 10 GB.
- \`engine-<model>.log\`: what the engine says. Put aside at 10 MiB; three old ones stay.

In the foreground (\`localai serve\`) the log goes to stdout, with \`--json\` as the same JSON lines. A disk that is full or too
slow costs lines, never requests; how many were dropped is said in the log.

A request's line never holds a prompt, an answer or a key:

| field | meaning |
|---|---|
${Object.entries(logFacts)
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}

\`level\` is 20 for debug, 30 for info, 40 for warn, 50 for error; \`time\` is in ms since 1970. Requests for \`/health\`, \`/ready\`,
\`/metrics\`, \`/api/status\` and \`/api/events\` are only in it at level debug, unless they fail.

How much it says: \`localai config set log.level debug\` and \`localai up\`, or \`LOCALAI_LOG_LEVEL=debug localai serve\`. While it runs,
until the next start, with a key of scope \`admin\`:

\`\`\`sh
curl -X PUT http://127.0.0.1:8080/api/log-level -H "Authorization: Bearer $LOCALAI_API_KEY" -d '{"level": "debug"}'
\`\`\`

Questions to the log:

\`\`\`sh
log=~/.local/state/localai/logs/gateway.log
# one request
jq 'select(.id == "b3a1")' "$log"
# the ten slowest
jq -cs 'map(select(.model)) | sort_by(-.ms) | .[:10][] | {id, model, ms, queuedMs, firstTokenMs}' "$log"
# what went wrong, how often
jq -r 'select(.error) | .error' "$log" | sort | uniq -c | sort -rn
# who left before the end, and after how long
jq -c 'select(.status == 499) | {id, key, model, ms}' "$log"
# tokens by key
jq -cs 'map(select(.completionTokens)) | group_by(.key)[] | {key: .[0].key, tokens: (map(.completionTokens) | add)}' "$log"
\`\`\`

## Usage

\`gateway.db\` (SQLite, in \`stateFolder\` of \`gateway.yaml\`, beside the folder of the logs) keeps requests, errors and tokens by key, model and day (UTC), and when each
key and model was last used. \`localai key list\` shows the last uses. All of it, with a key of scope \`admin\`:

\`\`\`sh
curl "http://127.0.0.1:8080/api/usage?days=7" -H "Authorization: Bearer $LOCALAI_API_KEY"
\`\`\`

| parameter | meaning |
|---|---|
| \`days\` | today and the days before, 30 when absent |
| \`key\` | the id of a key; \`anyone\`: requests without one |
| \`model\` | the id of a model |

The answer has \`rows\` by day, key and model, the same summed up as \`total\`, \`keys\` and \`models\`, and \`saved\`. It is written every
few seconds and when the gateway stops. When the file cannot be used (locked, read-only, a full disk) the gateway serves on,
counts in memory, says so once in the log and in \`saved: false\`, and tries again every minute. A damaged file is put aside as
\`gateway.db.damaged-<time>\`. Only the gateway opens it; a tool that reads it should do so with \`sqlite3 -readonly\`.

## As it happens

\`\`\`sh
curl -N http://127.0.0.1:8080/api/events -H "Authorization: Bearer $LOCALAI_API_KEY"
\`\`\`

sends server-sent events: \`model\` when a model's state changes, \`snapshot\` with queues and counters when they change, at most
once a second. It begins with all of it, so that nothing else has to be asked.

## The graphics card

\`\`\`sh
nvidia-smi --query-gpu=name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw --format=csv --loop=5
nvidia-smi pmon -c 1        # which process uses it
\`\`\`

Memory that is full while nothing is asked is normal: an engine takes its share once, for the model and what it remembers of
prompts. An engine's own figures have vLLM's names (\`vllm:num_requests_running\`, \`vllm:kv_cache_usage_perc\` …) and are at
\`/metrics\` of the engine, whose address or socket stands in \`gateway.yaml\` under \`upstream\`:

\`\`\`sh
curl --unix-socket /run/user/1000/localai/0a1b2c3d/engine.sock http://localhost/metrics
\`\`\`
`;
