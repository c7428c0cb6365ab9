/** What may go wrong with a request, and how its client must hear of it. */
export interface Fault {
  readonly name: string;
  /** What the engine does with a request that has it, or the client; told to the engine in the body. */
  readonly by: 'engine' | 'client';
  /** Whether this is the answer that the client should get. */
  readonly fits: (answer: Answer) => boolean;
}

/** An answer as a client saw it. */
export interface Answer {
  /** 0: none came. */
  readonly status: number;
  readonly body: string;
  /** Whether it came to an end by its own framing. */
  readonly whole: boolean;
}

const status =
  (...expected: readonly number[]) =>
  (answer: Answer): boolean =>
    expected.includes(answer.status) && answer.whole;

const endsWithError = ({ status: code, body }: Answer): boolean =>
  code === 200 && /data: \{"error":.*\n\n$/.test(body) && !body.includes('[DONE]');

/** Nobody is there to hear. */
const whatever = (): boolean => true;

export const faults: readonly Fault[] = [
  { name: 'dies within a stream', by: 'engine', fits: endsWithError },
  { name: 'dies before the head', by: 'engine', fits: status(502) },
  { name: 'is starting', by: 'engine', fits: status(503) },
  { name: 'is full', by: 'engine', fits: status(429) },
  { name: 'fails', by: 'engine', fits: status(500) },
  { name: 'says nothing', by: 'engine', fits: status(504) },
  { name: 'fails within a stream', by: 'engine', fits: ({ body }) => body.includes('EngineCore') },
  { name: 'leaves at once', by: 'client', fits: whatever },
  { name: 'leaves within a stream', by: 'client', fits: whatever },
  { name: 'stops reading', by: 'client', fits: ({ whole }) => !whole },
  { name: 'sends no JSON', by: 'client', fits: status(400) },
  { name: 'has no key', by: 'client', fits: status(401, 429) },
];

const texts = Array.from({ length: 200 }, (_, at) => {
  const choices = [{ index: 0, delta: { content: ` token ${at} 日本` }, finish_reason: null }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'tiny', choices })}\n\n`;
});

/** The events of an answer of so many tokens. */
export const eventsOf = (tokens: number): readonly string[] => [
  ...texts.slice(0, tokens),
  'data: [DONE]\n\n',
];
