import type { System } from '../../system/system.ts';
import type { PortFacts } from '../facts.ts';

const anywhere = ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'];

/** Whether the gateway could listen where its settings say. `running` is where ours does now. */
export const probePort = async (
  { net, processes, user }: System,
  host: string,
  port: number,
  running: { readonly port: number } | undefined,
): Promise<PortFacts> => {
  const facts = { host, port, holder: null, next: port };
  if (running?.port === port) return { ...facts, state: 'ours' };
  if (await net.isFree(host, port)) return { ...facts, state: 'free' };
  const known = anywhere.includes(host) || /^127\./.test(host) || net.addresses().includes(host);
  // A name is left to the operating system: it may well be one of ours.
  if (!known && /^[\d.:a-f]+$/i.test(host)) return { ...facts, state: 'no-such-address' };
  const holder = await processes.listenerOn(port);
  if (!holder && port < 1024 && user?.uid !== 0) return { ...facts, state: 'privileged' };
  return {
    ...facts,
    state: 'taken',
    holder: holder ? `process ${holder.pid} (${holder.command.slice(0, 80)})` : null,
    next: await net.nextFree(host, port + 1),
  };
};
