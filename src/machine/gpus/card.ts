/** A kind of graphics card: what a plan and a check must know of it. */
export interface CardKind {
  /** As people say it: `RTX 4090`, `A100 80GB`. */
  readonly name: string;
  /** Matches the driver's name of it, and what people type, in lower case. */
  readonly pattern: RegExp;
  /** GiB on the box. */
  readonly boxGib: number;
  /** GiB as CUDA counts them on Linux: less than on the box. */
  readonly usableGib: number;
  /** How sure `usableGib` is: `logged` in a start-up, or `memory`, worked out from cards of the same size. */
  readonly sure: 'logged' | 'memory';
  /** Of `usableGib`, where it is logged. */
  readonly source?: string;
  /** CUDA compute capability, e.g. 8.9. */
  readonly capability: number;
  /** Several of them talk over NVLink as they are usually built. */
  readonly nvlink?: true;
  /** Shares the machine's memory. */
  readonly unified?: true;
  /** A card for desktops: it may draw the screen as well. */
  readonly desktop?: true;
}

/** What people call the generations, by compute capability. */
export const architectureOf = (capability: number): string => {
  if (capability >= 10) return 'Blackwell';
  if (capability >= 9) return 'Hopper';
  if (capability >= 8.9) return 'Ada';
  if (capability >= 8) return 'Ampere';
  if (capability >= 7.5) return 'Turing';
  if (capability >= 7) return 'Volta';
  return capability >= 6 ? 'Pascal' : 'Maxwell';
};
