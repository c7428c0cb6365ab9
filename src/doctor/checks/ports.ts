import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, PortFacts } from '../facts.ts';
import { fail, notChecked, ok, when } from '../findings.ts';

const onPort = ({ local }: DoctorFacts, look: (port: PortFacts) => Finding): Finding =>
  local ? when(local.port, look) : notChecked('the report holds only the machine');

const free: Check = {
  id: 'port-gateway',
  title: "The gateway's port is free, or ours",
  severity: 'error',
  looks: 'whether one can listen at gateway.host and gateway.port, and who does',
  meaning: 'Another program listens where the gateway should; `up` cannot start it there.',
  needs: ['port-address', 'port-rights'],
  assess: (facts) =>
    onPort(facts, ({ host, port, state, holder, next }) => {
      if (state === 'free') return ok(`${host}:${port} is free`);
      if (state === 'ours') return ok(`${host}:${port} is our own gateway`);
      return fail(`${host}:${port} is in use by ${holder ?? 'a program that is not to be seen from here'}`, {
        fix: `{localai} config set gateway.port ${next}   # that one is free`,
      });
    }),
};

const address: Check = {
  id: 'port-address',
  title: "The gateway's address is one of this machine",
  severity: 'error',
  looks: 'gateway.host against the addresses of this machine',
  meaning: 'Nobody can listen at an address that this machine does not have.',
  fix: () => '{localai} config set gateway.host 127.0.0.1   # or 0.0.0.0 for all of its addresses',
  assess: (facts) =>
    onPort(facts, ({ host, state }) =>
      state === 'no-such-address' ? fail(`${host} is none of this machine's addresses`) : ok(host),
    ),
};

const rights: Check = {
  id: 'port-rights',
  title: 'This user may listen on that port',
  severity: 'error',
  looks: 'ports below 1024, and whether this user is root',
  meaning: 'Ports below 1024 are for root.',
  fix: () => '{localai} config set gateway.port 8080',
  assess: (facts) =>
    onPort(facts, ({ port, state }) =>
      state === 'privileged' ? fail(`port ${port} is for root`) : ok(`port ${port}`),
    ),
};

export const portChecks: readonly Check[] = [address, rights, free];
