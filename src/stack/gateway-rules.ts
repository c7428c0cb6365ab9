import type { GatewayLimits, GatewayRouting } from '../api/gateway-config.ts';
import type { Settings } from '../config/schema.ts';

/** What the user's settings say of who may ask the gateway for what; goes into gateway.yaml as it is. */
export interface GatewayRules {
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly limits: GatewayLimits;
  readonly routing: GatewayRouting;
}

/**
 * What others of the network call this machine. Its addresses need not be named: the gateway takes every address in a
 * Host header, and they change.
 */
const ownNames = (hostName: string): readonly string[] => {
  const [short = hostName] = hostName.split('.');
  return [hostName, short, `${short}.local`].map((name) => name.toLowerCase());
};

/** `hostName`: as the operating system has it. Pure. */
export const gatewayRules = (
  settings: Settings,
  exposure: 'loopback' | 'lan',
  hostName: string,
): GatewayRules => {
  const own = exposure === 'lan' && hostName !== '' ? ownNames(hostName) : [];
  const { 'limits.messageChars': messageChars, 'limits.maxTokens': maxTokens } = settings;
  return {
    allowedHosts: [...new Set([...own, ...settings['gateway.allowedHosts']])],
    allowedOrigins: settings['gateway.allowedOrigins'],
    trustedProxies: settings['gateway.trustedProxies'],
    limits: {
      bodyMiB: settings['limits.bodyMiB'],
      messages: settings['limits.messages'],
      ...(messageChars === undefined ? {} : { messageChars }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      n: settings['limits.n'],
      failedKeysPerMinute: settings['limits.failedKeysPerMinute'],
    },
    routing: { strict: settings['routing.strict'], aliases: settings['routing.aliases'] },
  };
};
