import type { AnswerPiece } from '../../tools/answer-parser.ts';

interface CollectedCall {
  readonly name: string;
  /** JSON text; cut short when the answer was. */
  readonly arguments: string;
}

/** An answer in one piece. */
export interface CollectedAnswer {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly CollectedCall[];
}

export const collectAnswer = (pieces: readonly AnswerPiece[]): CollectedAnswer => {
  let content = '';
  let reasoning = '';
  const calls: { name: string; arguments: string }[] = [];
  for (const piece of pieces) {
    if (piece.type === 'content') content += piece.text;
    else if (piece.type === 'reasoning') reasoning += piece.text;
    else if (piece.type === 'tool-start') calls[piece.index] = { name: piece.name, arguments: '' };
    else if (piece.type === 'tool-arguments') {
      const call = calls[piece.index];
      if (call) call.arguments += piece.text;
    }
  }
  return { content, reasoning, calls };
};
