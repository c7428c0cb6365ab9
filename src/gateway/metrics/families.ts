/** A metric as Prometheus knows it: one name, and a value for each set of labels. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly bounds?: readonly number[];
}

const answered = ['gen_ai_operation_name', 'gen_ai_request_model', 'gen_ai_response_model'] as const;

/** s. The figures of OpenTelemetry's conventions for generative AI, and further: a local model may take ten minutes. */
const durations = [
  ...[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  ...[163.84, 327.68, 655.36],
];

/** As in the conventions, and further. */
const firstTokens = [
  ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  ...[30, 60, 120, 300, 600],
];

/** As in the conventions. */
const perToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

/** As in the conventions, up to what a request can hold. */
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

/**
 * What `GET /metrics` tells beside what the process does. The `gen_ai_*` ones are OpenTelemetry's semantic conventions
 * for generative AI in Prometheus' spelling, as other gateways expose them. docs/monitoring.md is made from this.
 */
export const families = {
  duration: {
    name: 'gen_ai_server_request_duration_seconds',
    type: 'histogram',
    help: 'From the request to the end of its answer. error_type is set only when it failed: the error code, or the status that the engine answered with; 499 when the client left.',
    labels: [...answered, 'error_type'],
    bounds: durations,
  },
  firstToken: {
    name: 'gen_ai_server_time_to_first_token_seconds',
    type: 'histogram',
    help: 'From the request to the first event of a streamed answer, the wait for its turn included.',
    labels: answered,
    bounds: firstTokens,
  },
  perToken: {
    name: 'gen_ai_server_time_per_output_token_seconds',
    type: 'histogram',
    help: 'Time per token after the first one, of streamed answers that say how many tokens they took.',
    labels: answered,
    bounds: perToken,
  },
  tokens: {
    name: 'gen_ai_client_token_usage',
    type: 'histogram',
    help: 'Tokens per request as the engine counted them; gen_ai_token_type is input or output. Answers that do not say are in localai_unknown_usage_total.',
    labels: [...answered, 'gen_ai_token_type'],
    bounds: tokens,
  },
  requests: {
    name: 'localai_requests_total',
    type: 'counter',
    help: 'Requests that are over. status is a class (2xx, 4xx, 5xx), or 499 when the client left first; an answer that broke off is a 5xx. model is none where no model was reached.',
    labels: ['model', 'status'],
  },
  keyRequests: {
    name: 'localai_key_requests_total',
    type: 'counter',
    help: 'Requests for a model, by the name of the key; none: without one.',
    labels: ['key'],
  },
  keyTokens: {
    name: 'localai_key_tokens_total',
    type: 'counter',
    help: 'Tokens by the name of the key; type is input or output.',
    labels: ['key', 'type'],
  },
  unknownUsage: {
    name: 'localai_unknown_usage_total',
    type: 'counter',
    help: 'Answers that did not say how many tokens they took: streams say it when the request has stream_options.include_usage.',
    labels: ['model'],
  },
  cancels: {
    name: 'localai_cancels_total',
    type: 'counter',
    help: 'Clients that left before the end of their answer. phase: upload, queued, prefill (of a stream, before its first byte), stream, or unary.',
    labels: ['model', 'phase'],
  },
  retries: {
    name: 'localai_retries_total',
    type: 'counter',
    help: 'Further attempts at the engine, all before the first byte of an answer.',
    labels: ['model'],
  },
  queueWait: {
    name: 'localai_queue_wait_seconds',
    type: 'histogram',
    help: 'Wait for a turn; 0 for requests that started at once.',
    labels: ['model'],
    bounds: [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  },
  overhead: {
    name: 'localai_overhead_seconds',
    type: 'histogram',
    help: "The gateway's own part of a request's time, as in the header x-localai-overhead-ms.",
    labels: [],
    bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
  },
  running: {
    name: 'localai_running_requests',
    type: 'gauge',
    help: 'Requests that the model works on now.',
    labels: ['model'],
  },
  waiting: {
    name: 'localai_waiting_requests',
    type: 'gauge',
    help: 'Requests that wait for their turn now.',
    labels: ['model'],
  },
  breaker: {
    name: 'localai_breaker_open',
    type: 'gauge',
    help: '1 while requests are kept from an engine that failed several times in a row, else 0.',
    labels: ['model'],
  },
  modelState: {
    name: 'localai_model_state',
    type: 'gauge',
    help: '1 for the state that the model is in: stopped, loading, ready, sleeping or error.',
    labels: ['model', 'state'],
  },
  modelRestarts: {
    name: 'localai_model_restarts',
    type: 'gauge',
    help: 'How often the engine was started again since it last ran well.',
    labels: ['model'],
  },
  openRequests: {
    name: 'localai_open_requests',
    type: 'gauge',
    help: 'Requests that are open now, those that wait included.',
    labels: [],
  },
  openStreams: {
    name: 'localai_open_streams',
    type: 'gauge',
    help: 'Answers that go out as events now.',
    labels: [],
  },
  usageSaved: {
    name: 'localai_usage_saved',
    type: 'gauge',
    help: '1 while gateway.db can be written, 0 while usage is kept in memory only.',
    labels: [],
  },
  build: {
    name: 'localai_build_info',
    type: 'gauge',
    help: 'Always 1; version is that of localai.',
    labels: ['version'],
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
