/** Counts values by how large they are, as Prometheus reads it. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** `bounds`: upper ends, growing. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count += 1;
    for (const [at, bound] of this.#bounds.entries()) {
      if (value <= bound) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    }
  }

  /** Its lines, with these labels on each. */
  lines(name: string, labels: string): readonly string[] {
    const bucket = (bound: string, count: number): string =>
      `${name}_bucket{${labels},le="${bound}"} ${count}`;
    return [
      ...this.#bounds.map((bound, at) => bucket(String(bound), this.#counts[at] ?? 0)),
      bucket('+Inf', this.#count),
      `${name}_sum{${labels}} ${this.#sum}`,
      `${name}_count{${labels}} ${this.#count}`,
    ];
  }
}
