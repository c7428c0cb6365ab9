/** What an editor's or agent's own settings say of a server on this machine. */
export interface EditorEntry {
  /** As people call it. */
  readonly tool: string;
  readonly file: string;
  readonly url: string;
  /** Whether its key is one that the gateway takes; null: none is in the file, or there is nothing to compare. */
  readonly keyFits: boolean | null;
  /** Null: it names none. */
  readonly model: string | null;
  /** Tokens that it believes the model has; null: it does not say. */
  readonly context: number | null;
}

/** The same as it stands in the file, with the key itself. */
export interface RawEntry {
  readonly url: string;
  readonly key: string | undefined;
  readonly model: string | undefined;
  readonly context: number | undefined;
}
