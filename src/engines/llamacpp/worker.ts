/**
 * The embedded engine's process: `node llamacpp-worker.js '<LlamacppSpec as JSON>'`. It serves on the spec's socket
 * and lives no longer than whoever holds the other end of its stdin.
 */
import { realSystem } from '../../system/system.ts';
import { libraryVersion } from './install/manifest.ts';
import { serve } from './server/serve.ts';
import type { LlamacppSpec } from './spec.ts';

/** The library's threads may hold the process open after everything was closed; longer than this it gets not, ms. */
const lastChanceMs = 3000;

const spec = JSON.parse(process.argv[2] ?? 'null') as LlamacppSpec | null;
if (!spec) throw new Error('usage: llamacpp-worker <spec as JSON>');

// Once the parent is gone nobody reads the log; that must not end us before the model is closed.
process.stderr.on('error', () => {});

const ending = new Promise<'asked' | 'alone'>((resolve) => {
  // Not `once`: a library's own handler ends the process at once when it finds that no other is left.
  process.on('SIGTERM', () => resolve('asked'));
  process.on('SIGINT', () => resolve('asked'));
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve('alone'));
  process.stdin.resume();
});

await serve(spec, {
  system: realSystem(),
  version: libraryVersion,
  log: (line) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  ending,
});

process.stdin.destroy();
if (process.connected) process.disconnect();
setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastChanceMs).unref();
