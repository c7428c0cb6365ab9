/** A prompt that is being evaluated. */
export interface PrefillView {
  /** Tokens that are left. */
  readonly left: number;
  /** The most of them that may be evaluated at once. */
  readonly most: number;
}

/** Who gets how much of a step. */
export interface Share<T> {
  readonly of: T;
  readonly tokens: number;
}

/**
 * llama.cpp multiplies some kinds of weights with a single token otherwise than with several, so a prompt's tokens are
 * never evaluated singly: else the answer would depend on how the prompt was cut, and so on who else was being served.
 */
export const smallestPiece = 2;

/**
 * Divides a step's prompt tokens among the waiting prompts, given in the order they came. Every other step goes to the
 * oldest, so that no prompt waits for ever, and the ones between to the shortest, so that a small question need not
 * wait for a book. What one leaves over the next may have.
 */
export const sharePrefill = <T extends PrefillView>(
  prompts: readonly T[],
  room: number,
  step: number,
): readonly Share<T>[] => {
  const inOrder = step % 2 === 0 ? prompts : [...prompts].sort((a, b) => a.left - b.left);
  const shares: Share<T>[] = [];
  let free = room;
  for (const prompt of inOrder) {
    const tokens = piece(prompt.left, Math.min(free, prompt.most));
    if (tokens === 0) continue;
    shares.push({ of: prompt, tokens });
    free -= tokens;
  }
  return shares;
};

/** As much as fits, but neither a single token nor so much that a single one is left. */
const piece = (left: number, room: number): number => {
  if (left <= room) return left;
  const tokens = left - room < smallestPiece ? left - smallestPiece : room;
  return tokens < smallestPiece ? 0 : tokens;
};
