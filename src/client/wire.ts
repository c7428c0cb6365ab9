import { failure, reason } from '../errors.ts';
import { type Connection, openConnection, type Sending } from './connection.ts';
import { eventData } from './event-data.ts';

/** A whole answer, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** An answer of which the head is there. */
export interface OpenReply extends Omit<Reply, 'text'> {
  /** The `data:` lines, until `[DONE]`; throws when it ends before that. Returning early closes the connection. */
  readonly events: () => AsyncGenerator<string, void, void>;
  /** The rest of the body as text. */
  readonly text: () => Promise<string>;
}

/** A gateway as HTTP, for those who look at status, headers and every event: no answer is an error here. */
export interface Wire extends Pick<Connection, 'url' | 'close'> {
  send(sending: Sending, signal: AbortSignal): Promise<Reply>;
  open(sending: Sending, signal: AbortSignal): Promise<OpenReply>;
}

/** A body to its end. Throws REQUEST_FAILED where it breaks off. */
const wholeText = async (body: { text(): Promise<string> }, signal: AbortSignal): Promise<string> => {
  try {
    return await body.text();
  } catch (caught) {
    if (signal.aborted) throw signal.reason;
    throw failure('REQUEST_FAILED', { status: 'in part', problem: reason(caught) }, caught);
  }
};

/** Throws GATEWAY_UNREACHABLE where nobody answers. */
export const openWire = (url: string, key: string | undefined): Wire => {
  const connection = openConnection(url, key);
  const open = async (sending: Sending, signal: AbortSignal): Promise<OpenReply> => {
    const { statusCode: status, headers, body } = await connection.send(sending, signal);
    return { status, headers, events: () => eventData(body), text: () => wholeText(body, signal) };
  };
  return {
    ...{ url: connection.url, close: connection.close, open },
    send: async (sending, signal) => {
      const { status, headers, text } = await open(sending, signal);
      return { status, headers, text: await text() };
    },
  };
};
