import type { ModelState } from '../../api/models.ts';
import type { OpenCounts } from '../exchange.ts';
import { outcomes } from '../outcome.ts';
import type { Served } from '../served-models.ts';
import type { Buckets } from './buckets.ts';
import type { FamilyName } from './families.ts';
import { noName, type Tallies } from './tallies.ts';
import { type AnswerTally, phases } from './tally.ts';

/** A value and its labels, in the order of the family's. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number | Buckets;
}

export type Samples = Readonly<Record<FamilyName, readonly Sample[]>>;

/** What there is to know beside what was counted. */
export interface Live {
  readonly models: () => readonly Served[];
  readonly open: OpenCounts;
  readonly version: string;
  readonly usageSaved: () => boolean;
}

const states: readonly ModelState[] = ['stopped', 'loading', 'ready', 'sleeping', 'error'];

const one = (value: number): readonly Sample[] => [{ labels: [], value }];

/** A histogram that nothing fell into says nothing. */
const filled = (samples: readonly { readonly labels: readonly string[]; readonly value: Buckets }[]) =>
  samples.filter(({ value }) => value.count > 0);

const answerSamples = (
  answers: Iterable<AnswerTally>,
): Pick<Samples, 'duration' | 'firstToken' | 'perToken' | 'tokens'> => {
  const all = [...answers];
  return {
    duration: filled(
      all.flatMap(({ labels, duration, failed }) => [
        { labels: [...labels, ''], value: duration },
        ...[...failed].map(([errorType, value]) => ({ labels: [...labels, errorType], value })),
      ]),
    ),
    firstToken: filled(all.map(({ labels, firstToken }) => ({ labels, value: firstToken }))),
    perToken: filled(all.map(({ labels, perToken }) => ({ labels, value: perToken }))),
    tokens: filled(
      all.flatMap(({ labels, input, output }) => [
        { labels: [...labels, 'input'], value: input },
        { labels: [...labels, 'output'], value: output },
      ]),
    ),
  };
};

type Counted = Pick<
  Samples,
  'requests' | 'cancels' | 'retries' | 'unknownUsage' | 'queueWait' | 'keyRequests' | 'keyTokens' | 'overhead'
>;

const countedSamples = (tallies: Tallies): Counted => {
  const models = [...tallies.models];
  const served = models.filter(({ model }) => model !== noName);
  const keys = [...tallies.keys];
  return {
    requests: models.flatMap(({ model, requests }) =>
      outcomes
        .filter((outcome) => requests[outcome] > 0)
        .map((outcome) => ({ labels: [model, outcome], value: requests[outcome] })),
    ),
    cancels: models.flatMap(({ model, cancels }) =>
      phases
        .filter((phase) => cancels[phase] > 0)
        .map((phase) => ({ labels: [model, phase], value: cancels[phase] })),
    ),
    retries: served.map(({ model, retries }) => ({ labels: [model], value: retries })),
    unknownUsage: served.map(({ model, unknownUsage }) => ({ labels: [model], value: unknownUsage })),
    queueWait: filled(models.map(({ model, queueWait }) => ({ labels: [model], value: queueWait }))),
    keyRequests: keys.map(({ key, requests }) => ({ labels: [key], value: requests })),
    keyTokens: keys.flatMap(({ key, input, output }) => [
      { labels: [key, 'input'], value: input },
      { labels: [key, 'output'], value: output },
    ]),
    overhead: [{ labels: [], value: tallies.overhead }],
  };
};

type Now = Omit<Samples, keyof Counted | keyof ReturnType<typeof answerSamples>>;

const liveSamples = ({ models, open, version, usageSaved }: Live): Now => {
  const served = models();
  const perModel = (of: (model: Served) => number): readonly Sample[] =>
    served.map((model) => ({ labels: [model.id], value: of(model) }));
  return {
    running: perModel(({ queue }) => queue.running),
    waiting: perModel(({ queue }) => queue.waiting),
    breaker: perModel(({ connections }) => (connections.breaker.isOpen ? 1 : 0)),
    modelState: served.flatMap((model) => {
      const now = model.status()?.state ?? 'ready';
      return states.map((state) => ({ labels: [model.id, state], value: state === now ? 1 : 0 }));
    }),
    modelRestarts: perModel((model) => model.status()?.restarts ?? 0),
    openRequests: one(open.requests),
    openStreams: one(open.streams),
    usageSaved: one(usageSaved() ? 1 : 0),
    build: [{ labels: [version], value: 1 }],
  };
};

/** Every family's values, now. */
export const collectSamples = (tallies: Tallies, live: Live): Samples => ({
  ...answerSamples(tallies.answers),
  ...countedSamples(tallies),
  ...liveSamples(live),
});
