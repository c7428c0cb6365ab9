import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../system/clock.ts';

/** Clients that send all before they read are let finish what they can have meant. */
const most = 64 * 1024 * 1024;

const lingerMs = 5000;
const pollMs = 20;

/**
 * A request that was answered before all of it was here (too large, no key): Node would go on reading it to its end,
 * ten gigabytes if need be. To cut it at once would take the answer from a client that is still sending. So it may go
 * on for a while, and is cut then.
 */
export const boundUnread = async (request: IncomingMessage, clock: Clock): Promise<void> => {
  const { socket } = request;
  const bytes = socket.bytesRead + most;
  const until = clock.monotonic() + lingerMs;
  while (!request.complete && !socket.destroyed) {
    if (socket.bytesRead > bytes || clock.monotonic() > until) socket.destroy();
    else await clock.sleep(pollMs);
  }
};
