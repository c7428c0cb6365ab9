import { refusedWith } from '../ask.ts';
import type { GatewayCheck } from '../check.ts';
import { must, ok, skipped } from '../result.ts';

const line = /^[a-zA-Z_:][\w:]*(?:\{[^\n]*\})? (?:[-+]?[\d.]+(?:e[-+]?\d+)?|[-+]?Inf|NaN)(?: \d+)?$/i;

/** Answered requests for a model, as the gateway counted them. */
const answeredFor = (text: string, id: string): number => {
  const label = `model="${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return text
    .split('\n')
    .filter((one) => one.startsWith('localai_requests_total{') && one.includes(label) && one.includes('2xx'))
    .reduce((sum, one) => sum + Number(one.slice(one.lastIndexOf(' '))), 0);
};

/** Runs last, since by then every model has answered something. */
export const metricsCheck: GatewayCheck = {
  id: 'metrics',
  title: 'the metrics are Prometheus’ and have counted what was asked',
  run: async ({ wire, signal, models }) => {
    const { status, text } = await wire.send({ method: 'GET', path: '/metrics' }, signal);
    if (status === 401 || status === 403)
      return skipped(`this key may not read them: ${refusedWith(status, text)}`);
    must(status === 200, refusedWith(status, text));
    const samples = text.split('\n').filter((one) => one !== '' && !one.startsWith('#'));
    const odd = samples.find((one) => !line.test(one));
    must(odd === undefined, `a line that Prometheus would not read: ${odd}`);
    const counts = models.map(({ id }) => [id, answeredFor(text, id)] as const);
    for (const [id, count] of counts) must(count > 0, `no answered request of ${id} was counted`);
    return ok(
      `${samples.length} figures; answered: ${counts.map(([id, count]) => `${id} ${count}`).join(', ')}`,
    );
  },
};
