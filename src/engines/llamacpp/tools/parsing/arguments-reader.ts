/** Reads the arguments of one call while they stream, and gives them out as pieces of a JSON object. */
export interface ArgumentsReader {
  /** What the text adds; `rest` once the arguments are complete: what comes after them. */
  read(text: string): ArgumentsPiece;
  /** The answer ends here: what was held back. */
  end(): string;
}

export interface ArgumentsPiece {
  readonly json: string;
  readonly rest?: string;
}
