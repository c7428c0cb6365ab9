/** A prompt that is being evaluated. */
export interface PrefillView {
  /** Tokens that are left. */
  readonly left: number;
}

/** Who gets how much of a step. */
export interface Share<T> {
  readonly job: T;
  readonly tokens: number;
}

/**
 * Divides a step's prompt tokens among the waiting prompts, given in the order they came. Every other step goes to the
 * oldest, so that no prompt waits for ever, and the ones between to the shortest, so that a small question need not
 * wait for a book. What one leaves over the next may have.
 */
export const sharePrefill = <T extends PrefillView>(
  jobs: readonly T[],
  room: number,
  step: number,
): readonly Share<T>[] => {
  const inOrder = step % 2 === 0 ? jobs : [...jobs].sort((a, b) => a.left - b.left);
  const shares: Share<T>[] = [];
  let left = room;
  for (const job of inOrder) {
    if (left <= 0) break;
    const tokens = Math.min(left, job.left);
    shares.push({ job, tokens });
    left -= tokens;
  }
  return shares;
};
