import type { Dispatcher } from 'undici';
import type { GatewayStatus } from '../api/status.ts';
import type { UsageReport } from '../api/usage.ts';
import { failure, isFailure, reason } from '../errors.ts';
import { refusal, streamError } from './answers.ts';
import { type ChatEvent, type ChatRequest, chatEvents } from './chat.ts';
import { openConnection } from './connection.ts';
import { eventData, isError } from './event-data.ts';

export interface ClientOptions {
  /** The gateway's address, with or without `/v1` at its end. */
  readonly url: string;
  /** Absent: none is sent. */
  readonly key?: string | undefined;
}

/** An entry of `GET /v1/models`, as far as we read it. */
interface ListedModel {
  readonly id: string;
}

/**
 * A typed client of a gateway. Its methods throw GATEWAY_UNREACHABLE, KEY_REFUSED, MODEL_LOADING and REQUEST_FAILED,
 * and the signal's reason when it is aborted; the gateway then lets go of the request at once.
 */
export interface GatewayClient {
  readonly url: string;
  status(signal: AbortSignal): Promise<GatewayStatus>;
  models(signal: AbortSignal): Promise<readonly ListedModel[]>;
  /** What was used, by key and model; for keys with the scope `admin`. */
  usage(signal: AbortSignal): Promise<UsageReport>;
  /** Asks and yields the answer as it comes. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, void, void>;
  /** Asks in the words of OpenAI's API and returns the whole answer as it came. */
  complete(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export const createClient = ({ url: given, key }: ClientOptions): GatewayClient => {
  const connection = openConnection(given, key);
  const { url } = connection;

  const request = async (
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Dispatcher.ResponseData> => {
    const response = await connection.send({ method, path, body }, signal);
    const { statusCode: status, headers } = response;
    if (status !== 200) throw refusal(url, { status, headers, text: await response.body.text() });
    return response;
  };

  const getJson = async <T>(path: string, signal: AbortSignal): Promise<T> => {
    const { body } = await request('GET', path, signal);
    return (await body.json()) as T;
  };

  return {
    url,
    status: (signal) => getJson<GatewayStatus>('/api/status', signal),
    models: async (signal) => (await getJson<{ data: readonly ListedModel[] }>('/v1/models', signal)).data,
    usage: (signal) => getJson<UsageReport>('/api/usage', signal),
    async *chat(asked, signal) {
      const streaming = { ...asked, stream: true, stream_options: { include_usage: true } };
      const { body } = await request('POST', '/v1/chat/completions', signal, streaming);
      try {
        for await (const data of eventData(body)) {
          if (isError(data)) throw streamError(data);
          yield* chatEvents(data);
        }
      } catch (caught) {
        if (signal.aborted) throw signal.reason;
        if (isFailure(caught)) throw caught;
        throw failure('REQUEST_FAILED', { status: 'in part', problem: reason(caught) }, caught);
      }
    },
    complete: async (asked, signal) => {
      const { body } = await request('POST', '/v1/chat/completions', signal, asked);
      return body.json();
    },
    close: connection.close,
  };
};
