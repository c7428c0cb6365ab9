/**
 * Records what a real vLLM answers, byte for byte and with its pace, into test/fixtures/vllm.
 *
 *   vllm serve <model> --served-model-name tiny --max-model-len 2048 --max-num-seqs 8 \
 *     --enable-auto-tool-choice --tool-call-parser hermes
 *   node tools/record-vllm.ts http://127.0.0.1:8000 [--engine-pid <pid of EngineCore> | --keep-alive]
 *
 * With the pid, the engine is killed at the end under two requests, and that is recorded too. With `--keep-alive` only
 * the comments of an engine are recorded that was started with `--sse-keep-alive-interval 1 --max-num-seqs 1`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Recording } from '../test/fakes/recordings.ts';
import { type Ask, type AskName, asks } from '../test/fakes/vllm-asks.ts';

const folder = join(import.meta.dirname, '../test/fixtures/vllm');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'engine-pid': { type: 'string' }, 'keep-alive': { type: 'boolean', default: false } },
});
const base = new URL(positionals[0] ?? 'http://127.0.0.1:8000');

const requestBytes = ({ method, path, body = '' }: Ask): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${base.host}`,
    'accept-encoding: identity',
    ...(method === 'POST' ? ['content-type: application/json'] : []),
    ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n');

/** Whether an answer is complete, by its own framing. */
const isWhole = (bytes: Buffer): boolean => {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) return false;
  const head = bytes.subarray(0, split).toString('latin1');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= split + 4 + Number(length);
  return bytes.subarray(-5).toString('latin1') === '0\r\n\r\n';
};

interface Watch {
  /** Called with all bytes so far, after each read. */
  readonly onBytes?: (bytes: Buffer, leave: () => void) => void;
}

/** Sends a request over a connection of its own and notes what comes and when. */
const ask = (it: Ask, { onBytes }: Watch = {}): Promise<Recording> =>
  new Promise((resolve) => {
    const socket = connect(Number(base.port), base.hostname);
    const pieces: (readonly [number, Buffer])[] = [];
    let sentAt = 0;
    const end = (closed: Recording['closed']): void => {
      socket.destroy();
      const text = ([at, bytes]: readonly [number, Buffer]): readonly [number, string] => {
        const piece = bytes.toString();
        if (!Buffer.from(piece).equals(bytes)) throw new Error('a character was cut in two by the socket');
        return [Math.round(at), piece];
      };
      resolve({ pieces: pieces.map(text), closed });
    };
    socket.once('connect', () => {
      sentAt = performance.now();
      socket.write(requestBytes(it));
    });
    socket.on('error', () => {});
    socket.once('end', () => end('by the engine'));
    socket.on('data', (bytes) => {
      pieces.push([performance.now() - sentAt, bytes]);
      const all = Buffer.concat(pieces.map(([, piece]) => piece));
      onBytes?.(all, () => end('by the client'));
      if (isWhole(all)) end('kept');
    });
  });

/** `# HELP` and `# TYPE` lines are prose; what is of use to a test are names and figures. */
const figuresOnly = ({ pieces, closed }: Recording): Recording => {
  const whole = pieces.map(([, text]) => text).join('');
  const [head = '', body = ''] = whole.split('\r\n\r\n');
  const kept = body
    .split('\n')
    .filter((line) =>
      /^vllm:(?:num_requests|kv_cache_usage|prompt_tokens_total|generation_tokens)/.test(line),
    )
    .map((line) => `${line}\n`)
    .join('');
  const told = head.replace(/content-length: \d+/i, `content-length: ${Buffer.byteLength(kept)}`);
  return { pieces: [[pieces[0]?.[0] ?? 0, `${told}\r\n\r\n${kept}`]], closed };
};

const save = (name: string, value: object): void => {
  const lines = Object.entries(value).map(([key, part]) =>
    Array.isArray(part)
      ? `  "${key}": [\n${part.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
      : `  "${key}": ${JSON.stringify(part)}`,
  );
  writeFileSync(join(folder, `${name}.json`), `{\n${lines.join(',\n')}\n}\n`);
  console.log(name);
};

const runningNow = async (): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', base))).text();
  const lines = text.matchAll(/^vllm:num_requests_(?:running|waiting)\{.*\} ([\d.]+)$/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
};

const longStream = asks['long-stream'];

const recordAsks = async (): Promise<void> => {
  for (const name of Object.keys(asks) as AskName[]) {
    if (name === 'long-stream') continue;
    // The first one of a kind is compiled for; the second shows the usual pace.
    await ask(asks[name]);
    const recording = await ask(asks[name]);
    save(name, name === 'metrics' ? figuresOnly(recording) : recording);
  }
};

/** How long the engine goes on for a client that left, ms. */
const recordAbort = async (): Promise<void> => {
  let leftAt = 0;
  const recording = await ask(longStream, {
    onBytes: (bytes, leave) => {
      if (leftAt > 0 || bytes.toString().split('data: ').length < 4) return;
      leftAt = performance.now();
      leave();
    },
  });
  while ((await runningNow()) > 0) await delay(2);
  save('long-stream', { ...recording, idleAfterMs: Math.round(performance.now() - leftAt) });
};

/** After how long an idle connection is closed, ms. */
const recordIdle = async (): Promise<void> => {
  const socket = connect(Number(base.port), base.hostname);
  socket.write(requestBytes(asks.health));
  await new Promise((resolve) => socket.once('data', resolve));
  const begun = performance.now();
  await new Promise((resolve) => socket.once('end', resolve));
  save('idle', { closedAfterMs: Math.round(performance.now() - begun) });
  socket.destroy();
};

const recordDeath = async (pid: number): Promise<void> => {
  const unary: Ask = { ...longStream, body: longStream.body.replace('"stream":true', '"stream":false') };
  const stream = ask(longStream, {
    onBytes: (bytes) => {
      if (bytes.toString().split('data: ').length === 6) process.kill(pid, 'SIGKILL');
    },
  });
  const [streamed, whole] = await Promise.all([stream, ask(unary)]);
  save('engine-death-stream', streamed);
  save('engine-death', whole);
  save('health-dead', await ask(asks.health));
};

/** A stream that waits for its turn behind another one for a few seconds. */
const recordKeepAlive = async (): Promise<void> => {
  await ask(asks['chat-stream']);
  const before = ask(longStream, {
    onBytes: (_bytes, leave) => void setTimeout(leave, 3500),
  });
  await delay(500);
  save('keep-alive-stream', await ask(asks['chat-stream']));
  await before;
};

mkdirSync(folder, { recursive: true });
if (values['keep-alive']) {
  await recordKeepAlive();
} else {
  await recordAsks();
  await recordAbort();
  await recordIdle();
  if (values['engine-pid']) await recordDeath(Number(values['engine-pid']));
}
