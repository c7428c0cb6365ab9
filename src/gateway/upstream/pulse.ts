import type { Alarm, Alarms } from '../alarms/alarms.ts';
import type { Exchange } from '../exchange.ts';
import type { StreamSettings } from '../options.ts';
import { isBetweenEvents } from '../protocols/event-end.ts';
import { addTiming } from '../timing.ts';
import { streamHeaders } from './stream-headers.ts';

/**
 * Comments in a stream that would else be silent, so that nobody between gives up on it. They come only where they
 * change nothing: between two events, after the head, which waits for the engine's unless `headAfter` says otherwise
 * (docs/decisions/0006). Costs an alarm per stream and nothing per event: what was sent is looked at when it rings, so a
 * comment comes after one to two times `keepalive`.
 */
class Pulse implements Alarm {
  readonly #exchange: Exchange;
  readonly #alarms: Alarms;
  /** ms between two looks. */
  readonly #interval: number;
  readonly #headAt: number;
  #seen = 0;
  due: number;

  constructor(exchange: Exchange, alarms: Alarms, { keepalive, headAfter }: StreamSettings) {
    this.#exchange = exchange;
    this.#alarms = alarms;
    this.#interval = (keepalive || (headAfter ?? 0)) * 1000;
    this.#headAt = exchange.startedAt + (headAfter ?? Number.POSITIVE_INFINITY) * 1000;
    this.due = Math.min(this.#headAt, exchange.startedAt + this.#interval);
    alarms.set(this);
    exchange.whenOver(() => alarms.drop(this));
  }

  ring(now: number): void {
    const exchange = this.#exchange;
    const { response, bytesOut } = exchange;
    if (response.destroyed || response.writableEnded) return;
    const isSilent = bytesOut === this.#seen;
    this.#seen = bytesOut;
    // Once the engine has answered, the head is its.
    if (!response.headersSent && exchange.firstByteAt === 0 && now >= this.#headAt) this.#begin();
    if (isSilent && this.#mayComment()) response.write(this.#comment());
    const next = now + this.#interval;
    this.due = this.#headAt > now ? Math.min(next, this.#headAt) : next;
    this.#alarms.set(this);
  }

  #mayComment(): boolean {
    const { response, takesEvents, lastSent } = this.#exchange;
    return response.headersSent && takesEvents && !response.writableNeedDrain && isBetweenEvents(lastSent);
  }

  #comment(): string {
    const { place, readyIn } = this.#exchange;
    const at = place?.();
    if (at === undefined) return ': keepalive\n\n';
    const seconds = readyIn?.() ?? null;
    return seconds === null ? `: queued ${at}\n\n` : `: queued ${at}, about ${seconds} s\n\n`;
  }

  /** From now on what goes wrong is an event: the status is said. */
  #begin(): void {
    const exchange = this.#exchange;
    const headers = [...exchange.headers, 'content-type', 'text/event-stream; charset=utf-8'];
    headers.push(...streamHeaders);
    addTiming(headers, exchange);
    exchange.beginStream(true);
    exchange.response.writeHead(200, headers);
  }
}

/** Keeps a streamed request's connection from being silent for too long, if the settings want that. */
export const keepAlive = (exchange: Exchange, alarms: Alarms, settings: StreamSettings): void => {
  if (settings.keepalive > 0 || settings.headAfter !== undefined) new Pulse(exchange, alarms, settings);
};
