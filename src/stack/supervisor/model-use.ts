/** What the gateway knows of how models are used. */
export interface ModelUse {
  /** Whether requests run on a model now. */
  isBusy(id: string): boolean;
  /** How many requests a model has been given since the gateway started. */
  started(id: string): number;
  /** Resolves when no request runs on it any more, or after `limitMs`. */
  drained(id: string, limitMs: number): Promise<void>;
}

/** Where no gateway says how they are used. */
export const unused: ModelUse = {
  isBusy: () => false,
  started: () => 0,
  drained: async () => {},
};
