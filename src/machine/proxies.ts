import type { System } from '../system/system.ts';
import type { ProxyFacts } from './report.ts';
import { withoutSecrets } from './secrets.ts';

/** The proxies that the environment names, as `src/system/net.ts` reads them. */
export const proxiesOf = ({ env }: Pick<System, 'env'>): ProxyFacts => {
  const named = (name: string): string | null => {
    const value = env[name.toLowerCase()] || env[name.toUpperCase()];
    return value ? withoutSecrets(value) : null;
  };
  return { http: named('http_proxy'), https: named('https_proxy'), noProxy: named('no_proxy') };
};
