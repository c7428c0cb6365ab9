// A process that keeps a stand-in engine running and prints its pid: `node supervise.ts <folder>`. For killing.
import { join } from 'node:path';
import { createSupervisor } from '../../src/stack/supervisor/supervisor.ts';
import { realSystem } from '../../src/system/system.ts';

const folder = process.argv[2] ?? '';
const socket = join(folder, 'run', 'tiny.sock');
const program = join(import.meta.dirname, 'engine.mjs');
const supervisor = createSupervisor({
  system: realSystem(),
  models: [
    {
      id: 'tiny',
      roles: [],
      aliases: [],
      capabilities: {
        chat: true,
        tools: false,
        reasoning: false,
        vision: false,
        fim: false,
        embeddings: false,
      },
      upstream: { socket },
      engine: {
        name: 'llamacpp',
        file: '',
        command: { argv: [process.execPath, program, socket, 'ready'], env: {} },
      },
    },
  ],
  stateFolder: join(folder, 'state'),
  logsFolder: join(folder, 'logs'),
  log: () => {},
});
await supervisor.start();
await supervisor.ensureReady('tiny', new AbortController().signal);
console.log(supervisor.list()[0]?.pid);
