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
    one('vllm:prompt_tokens_total', 'counter', 'Prompt tokens.', gauges?.promptTokens ?? 0),
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
  return metrics.map((metric) => metricText(metric, model)).join('');
};

const metricText = ({ name, type, help, values }: Metric, model: string): string => {
  const lines = values.map(([labels, value]) => `${name}{${model}${labels}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
};
