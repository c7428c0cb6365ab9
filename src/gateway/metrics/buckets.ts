/** A histogram without labels. Counting is all it does, in a few nanoseconds: prom-client takes a microsecond. */
export class Buckets {
  readonly bounds: readonly number[];
  /** How many fell into each bucket; the last one has no upper bound. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
    counts[at] = (counts[at] ?? 0) + 1;
    this.sum += value;
  }

  get count(): number {
    return this.counts.reduce((all, each) => all + each, 0);
  }
}
