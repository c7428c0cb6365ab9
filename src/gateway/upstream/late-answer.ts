import { failure } from '../../errors.ts';
import { errorEvent } from '../protocols/openai.ts';

/** An explanation, not a novel. */
const longestProblem = 300;

/** Bytes of an answer that are looked at. */
const kept = 65_536;

/** An error body as engines write it, or undefined. */
const errorIn = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'error' in value ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * An engine's answer to a stream whose head went out before: its status can no longer be told, so what it says becomes
 * the last event.
 */
export class LateAnswer {
  readonly #model: string;
  readonly #status: number;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(model: string, status: number) {
    this.#model = model;
    this.#status = status;
  }

  add(piece: Buffer): void {
    if (this.#bytes < kept) this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  event(): string {
    const text = Buffer.concat(this.#pieces).toString();
    const error = errorIn(text);
    if (error !== undefined) return `data: ${JSON.stringify(error)}\n\n`;
    const problem = text.trim().slice(0, longestProblem) || 'it said nothing';
    const fault = failure('UPSTREAM_REFUSED', { model: this.#model, status: this.#status, problem });
    return errorEvent(fault, undefined);
  }
}
