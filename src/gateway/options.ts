import type { Logger } from 'pino';
import type { GatewayConfig } from '../api/gateway-config.ts';
import type { ModelControl } from '../api/models.ts';
import type { ConfigState } from '../api/status.ts';
import type { System } from '../system/system.ts';
import type { KeySource } from './keys/key-source.ts';
import type { WebFile } from './routes/web-ui.ts';
import type { UpstreamKeys } from './served-models.ts';
import type { UsageStore } from './usage/usage-store.ts';

/** How long the gateway waits, ms. */
export interface Timeouts {
  readonly connect: number;
  /** From the request to the answer's head. A long prompt on a small machine takes ten minutes to read. */
  readonly firstByte: number;
  /** Between two pieces of an answer. vLLM sends a stream's head before it reads the prompt, so it is as long. */
  readonly idle: number;
  /** Of a request, from its first byte to the last of its answer: 30,000 tokens at 3 a second. */
  readonly total: number;
  /** How long a client may leave its answer unread. */
  readonly stalledReader: number;
}

export const defaultTimeouts: Timeouts = {
  connect: 5000,
  firstByte: 900_000,
  idle: 900_000,
  total: 10_800_000,
  stalledReader: 300_000,
};

/** What gateway.yaml says, then `given`, then what is usual. */
export const timeoutsOf = ({ timeouts = {} }: GatewayConfig, given: Partial<Timeouts> = {}): Timeouts => {
  const said = Object.entries(timeouts).flatMap(([name, seconds]) =>
    seconds === undefined ? [] : [[name, seconds * 1000] as const],
  );
  return { ...defaultTimeouts, ...Object.fromEntries(said), ...given };
};

/** How a stream is kept from being silent for too long, s. */
export interface StreamSettings {
  /** Silence after which a comment is sent; 0: none is. */
  readonly keepalive: number;
  /** Wait after which the client gets the head of a stream before the engine has begun; undefined: it never does. */
  readonly headAfter: number | undefined;
}

/** Shorter than any usual limit on silence: nginx has 60 s, Cloudflare 100. */
const defaultKeepalive = 15;

export const streamSettings = ({ streams = {} }: GatewayConfig): StreamSettings => ({
  keepalive: streams.keepalive ?? defaultKeepalive,
  headAfter: streams.headAfter,
});

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly control: ModelControl;
  readonly keys: KeySource;
  readonly system: Pick<System, 'clock'>;
  /** Of localai; shown by /api/status. */
  readonly version: string;
  /** Takes one line per request. */
  readonly log: Logger;
  /** Where usage is counted; in memory only when absent. Closed by whoever opened it. */
  readonly usage?: UsageStore;
  /** The bundled web UI by path (`/index.html`, `/assets/…`); empty when it was not built. */
  readonly webUi?: ReadonlyMap<string, WebFile>;
  readonly timeouts?: Partial<Timeouts>;
  readonly upstreamKeys?: UpstreamKeys;
  /** What is to be told of the file that `config` comes from. */
  readonly configState?: () => ConfigState;
}
