import type { Exchange } from '../exchange.ts';
import { isError, isUsageUnknown, type Outcome, outcomeOf } from '../outcome.ts';
import type { Usage } from '../upstream/usage-tail.ts';
import { Buckets } from './buckets.ts';
import { createCapped, otherName } from './capped.ts';
import { families } from './families.ts';
import { AnswerTally, KeyTally, ModelTally, type Phase } from './tally.ts';
import { TokenRate } from './token-rate.ts';

/** What requests for models came to since the gateway started. */
interface Totals {
  readonly requests: number;
  /** Answered with 4xx or 5xx, or broken off. */
  readonly errors: number;
  /** Whose client left first. */
  readonly canceled: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tokens of the answers that ended in the last minute, by the second. */
  readonly tokensPerSecond: number;
}

/** Counts what is over. Once per request, in a microsecond or less. */
export interface Tallies {
  /** `now`: ms of the monotonic clock. */
  count(exchange: Exchange, now: number): void;
  totals(now: number): Totals;
  readonly overhead: Buckets;
  readonly models: Iterable<ModelTally>;
  readonly keys: Iterable<KeyTally>;
  readonly answers: Iterable<AnswerTally>;
}

/** Names that have labels of their own. */
const mostModels = 100;
const mostKeys = 100;
const mostAnswers = 500;

/** For what has no model, no key or no name of a model. */
export const noName = 'none';

const manyOthers = [otherName, otherName, otherName].join('\n');

/** What OpenTelemetry calls what our routes do. */
const operations: Readonly<Record<string, string>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'text_completion',
  '/v1/embeddings': 'embeddings',
  '/tokenize': 'tokenize',
  '/detokenize': 'detokenize',
};

/** What tells kinds of requests apart. */
interface Asked {
  readonly endpoint: string;
  readonly requested: string | undefined;
  readonly model: string;
}

const phaseOf = ({ attempts, queuedMs, firstByteAt, streams }: Exchange): Phase => {
  if (attempts === 0) return queuedMs === undefined ? 'upload' : 'queued';
  if (!streams) return 'unary';
  return firstByteAt === 0 ? 'prefill' : 'stream';
};

/** `isKnown`: whether a name that a request asked for is one of ours, so that it can be a label. */
export const createTallies = (isKnown: (name: string) => boolean): Tallies => {
  const models = createCapped(mostModels, (name) => new ModelTally(name));
  const keys = createCapped(mostKeys, (name) => new KeyTally(name));
  const answers = createCapped(mostAnswers, (name) => new AnswerTally(name.split('\n')), manyOthers);
  const overhead = new Buckets(families.overhead.bounds);
  const rate = new TokenRate();

  /** Nearly every request is like the one before. */
  let last: (Asked & { readonly answer: AnswerTally }) | undefined;

  const answerOf = ({ endpoint, requested, model }: Asked): AnswerTally => {
    if (last && last.endpoint === endpoint && last.requested === requested && last.model === model) {
      return last.answer;
    }
    const name = requested === undefined ? noName : isKnown(requested) ? requested : otherName;
    const answer = answers.of(`${operations[endpoint] ?? endpoint}\n${name}\n${model}`);
    last = { endpoint, requested, model, answer };
    return answer;
  };

  const countTokens = (
    exchange: Exchange,
    { prompt, completion }: Usage,
    answer: AnswerTally,
    now: number,
  ) => {
    const { isStreaming, firstEventAt, lastByteAt } = exchange;
    answer.input.observe(prompt);
    if (completion === 0) return;
    answer.output.observe(completion);
    rate.add(now, completion);
    if (!isStreaming || completion === 1 || lastByteAt === 0) return;
    answer.perToken.observe((lastByteAt - firstEventAt) / 1000 / (completion - 1));
  };

  /** A request that reached a model. */
  const countAnswer = (
    exchange: Exchange,
    endpoint: string,
    outcome: Outcome,
    model: string,
    now: number,
  ) => {
    const { requested, startedAt, firstEventAt, fault, status, usage } = exchange;
    const answer = answerOf({ endpoint, requested, model });
    const isGood = outcome === '2xx';
    const duration = isGood ? answer.duration : answer.durationOf(fault?.toLowerCase() ?? `${status}`);
    duration.observe((now - startedAt) / 1000);
    if (exchange.isStreaming && firstEventAt !== 0) {
      answer.firstToken.observe((firstEventAt - startedAt) / 1000);
    }
    if (usage) countTokens(exchange, usage, answer, now);
    const key = keys.of(exchange.key?.name ?? noName);
    key.requests += 1;
    key.input += usage?.prompt ?? 0;
    key.output += usage?.completion ?? 0;
  };

  return {
    overhead,
    get models() {
      return models.all();
    },
    get keys() {
      return keys.all();
    },
    get answers() {
      return answers.all();
    },
    count: (exchange, now) => {
      const outcome = outcomeOf(exchange);
      const model = models.of(exchange.model ?? noName);
      model.requests[outcome] += 1;
      if (outcome === '499') model.cancels[phaseOf(exchange)] += 1;
      if (exchange.attempts > 1) model.retries += exchange.attempts - 1;
      if (exchange.overheadMs !== undefined) overhead.observe(exchange.overheadMs / 1000);
      if (exchange.endpoint === undefined || exchange.model === undefined) return;
      if (exchange.attempts > 0 || exchange.queuedMs !== undefined) {
        model.queueWait.observe((exchange.queuedMs ?? 0) / 1000);
      }
      if (isUsageUnknown(exchange, outcome)) model.unknownUsage += 1;
      countAnswer(exchange, exchange.endpoint, outcome, model.model, now);
    },
    totals: (now) => {
      const reached = [...models.all()].filter(({ model }) => model !== noName);
      const sum = <T>(items: Iterable<T>, of: (item: T) => number): number => {
        let all = 0;
        for (const item of items) all += of(item);
        return all;
      };
      const outcomesOf = (wanted: (outcome: Outcome) => boolean): number =>
        sum(reached, ({ requests }) =>
          sum(Object.entries(requests), ([outcome, count]) => (wanted(outcome as Outcome) ? count : 0)),
        );
      return {
        requests: outcomesOf(() => true),
        errors: outcomesOf(isError),
        canceled: outcomesOf((outcome) => outcome === '499'),
        promptTokens: sum(keys.all(), ({ input }) => input),
        completionTokens: sum(keys.all(), ({ output }) => output),
        tokensPerSecond: Math.round(rate.read(now) * 100) / 100,
      };
    },
  };
};
