import type { GatewayConfig } from '../api/gateway-config.ts';

/** What a server that runs cannot change: where it listens, and where it writes. */
const fixed = ({ listen, stateFolder, logs }: GatewayConfig): Readonly<Record<string, unknown>> => ({
  'listen.host': listen.host,
  'listen.port': listen.port,
  'listen.socket': listen.socket,
  'listen.socketMode': listen.socketMode,
  stateFolder,
  'logs.folder': logs.folder,
});

/** Keys of gateway.yaml whose new values take effect only with a new start. */
export const needsRestart = (started: GatewayConfig, now: GatewayConfig): readonly string[] => {
  const [before, after] = [fixed(started), fixed(now)];
  return Object.keys(before).filter((key) => before[key] !== after[key]);
};
