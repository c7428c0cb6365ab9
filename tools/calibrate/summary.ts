import type { Judged } from './judge.ts';

/** The figures that docs/planning.md quotes. Shares are 0 to 1; null where there is nothing to count. */
export interface Summary {
  readonly cases: number;
  readonly covered: number;
  readonly kvWithin1Percent: number | null;
  readonly poolCases: number;
  readonly poolCovered: number;
  readonly poolMeanAbsGiB: number | null;
  readonly poolMedianAbsGiB: number | null;
  readonly poolMeanAbsGiBWeightsEstimated: number | null;
  readonly poolWithinInterval: number | null;
  readonly verdictRight: number | null;
  readonly perCase: readonly Judged[];
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

const share = (part: number, whole: number): number | null => (whole === 0 ? null : round(part / whole));

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : round(values.reduce((sum, value) => sum + value, 0) / values.length);

const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return low === undefined || high === undefined ? null : round((low + high) / 2);
};

/** Refusals before and while memory was handed out are one: it did not start. Other outcomes are not judged. */
const startedAs = (outcome: string | null): 'starts' | 'refused' | undefined => {
  if (outcome === 'ok') return 'starts';
  return outcome === 'kv-too-small' || outcome === 'oom' ? 'refused' : undefined;
};

const isInside = ({ logged, interval }: Judged): boolean =>
  interval !== null &&
  logged.poolGib !== null &&
  logged.poolGib >= interval[0] &&
  logged.poolGib <= interval[1];

/** Counts over all judged start-ups. Pure. */
export const summarise = (perCase: readonly Judged[]): Summary => {
  const cases = perCase.filter(({ isCase }) => isCase);
  const covered = cases.filter(({ kvError }) => kvError !== null);
  const poolCases = perCase.filter(({ isPoolCase }) => isPoolCase);
  const pooled = poolCases.filter(({ poolError }) => poolError !== null);
  const errors = pooled.map(({ poolError }) => Math.abs(poolError ?? 0));
  const byParameters = pooled.flatMap(({ predicted, logged }) =>
    predicted.poolGibWeightsEstimated === null || logged.poolGib === null
      ? []
      : [Math.abs(predicted.poolGibWeightsEstimated - logged.poolGib)],
  );
  const judged = perCase.filter(({ logged }) => startedAs(logged.outcome) !== undefined);
  const right = judged.filter(({ logged, predicted }) => startedAs(logged.outcome) === predicted.verdict);
  return {
    cases: cases.length,
    covered: covered.length,
    kvWithin1Percent: share(covered.filter(({ kvError }) => (kvError ?? 1) <= 0.01).length, covered.length),
    poolCases: poolCases.length,
    poolCovered: pooled.length,
    poolMeanAbsGiB: mean(errors),
    poolMedianAbsGiB: median(errors),
    poolMeanAbsGiBWeightsEstimated: mean(byParameters),
    poolWithinInterval: share(pooled.filter(isInside).length, pooled.length),
    verdictRight: share(right.length, judged.length),
    perCase,
  };
};
