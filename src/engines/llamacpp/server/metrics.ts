import type { Histogram } from './histogram.ts';
import type { ServedEngine } from './served-engine.ts';

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** Labels beside the model's, and the value. */
  readonly values: readonly (readonly [labels: string, value: number])[];
}

const one = (name: string, type: Metric['type'], help: string, value: number): Metric => ({
  name,
  type,
  help,
  values: [['', value]],
});

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Prometheus' text format, with the names that vLLM gives the same figures (vllm/v1/metrics/loggers.py). */
export const metricsText = (engine: ServedEngine): string => {
  const gauges = engine.modelIfReady?.runtime.gauges();
  const model = `model_name="${escapeLabel(engine.modelId)}",engine="0"`;
  const finished = [...engine.finished].map(
    ([reason, count]) => [`,finished_reason="${reason}"`, count] as const,
  );
  const metrics: readonly Metric[] = [
    one('vllm:num_requests_running', 'gauge', 'Requests being worked on.', gauges?.running ?? 0),
    one('vllm:num_requests_waiting', 'gauge', 'Requests waiting for a place.', gauges?.waiting ?? 0),
    one('vllm:kv_cache_usage_perc', 'gauge', 'KV memory in use; 1 is all of it.', gauges?.kvUsage ?? 0),
    {
      ...{ name: 'vllm:engine_sleep_state', type: 'gauge', help: '1 for the state it is in.' },
      values: [
        [',sleep_state="awake"', engine.isSleeping ? 0 : 1],
        [',sleep_state="weights_offloaded"', 0],
        [',sleep_state="discard_all"', engine.isSleeping ? 1 : 0],
      ],
    },
    one('vllm:prompt_tokens_total', 'counter', 'Prompt tokens.', gauges?.promptTokens ?? 0),
    one('vllm:prompt_tokens_cached_total', 'counter', 'Those still in memory.', gauges?.cachedTokens ?? 0),
    one('vllm:generation_tokens_total', 'counter', 'Generated tokens.', gauges?.generatedTokens ?? 0),
    one('vllm:prefix_cache_queries_total', 'counter', 'Prompt tokens looked up.', gauges?.promptTokens ?? 0),
    one(
      'vllm:prefix_cache_hits_total',
      'counter',
      'Prompt tokens still in memory.',
      gauges?.cachedTokens ?? 0,
    ),
    { name: 'vllm:request_success_total', type: 'counter', help: 'Finished answers.', values: finished },
  ];
  const { firstToken, perToken } = engine.times;
  return [
    ...metrics.map((metric) => metricText(metric, model)),
    histogramText('vllm:time_to_first_token_seconds', 'To the first token, s.', firstToken, model),
    histogramText('vllm:request_time_per_output_token_seconds', 'Per token after it, s.', perToken, model),
  ].join('');
};

const metricText = ({ name, type, help, values }: Metric, model: string): string => {
  const lines = values.map(([labels, value]) => `${name}{${model}${labels}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
};

const histogramText = (name: string, help: string, histogram: Histogram, model: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${histogram.lines(name, model).join('\n')}\n`;
