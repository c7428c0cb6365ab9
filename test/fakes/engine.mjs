// An engine that can be told how to fail: `node engine.mjs <socket> <mode> [argument]`. It looks like ours from
// outside: HTTP on a Unix socket, GET /health, ends when its stdin closes.
import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [socket, mode, argument] = process.argv.slice(2);

const health = (status, more = {}) =>
  JSON.stringify({
    status,
    phase: null,
    fault: null,
    backend: 'cpu',
    context: 2048,
    tokensPerSecond: 50,
    ...more,
  });

const listen = (answer) => {
  rmSync(socket, { force: true });
  createServer(answer).listen(socket);
};

const ready = (_request, response) => response.end(health('ready'));

const loading = (_request, response) => {
  response.statusCode = 503;
  response.end(health('loading', { phase: 'loading the model (42 %)' }));
};

const modes = {
  ready: () => listen(ready),
  'crash-at-load': () => {
    console.error('error: tensor blk.0 is missing\n    at somewhere');
    process.exitCode = 7;
    process.stdin.destroy();
  },
  // Crashes on the first start, then runs; the file remembers.
  'crash-once': () => {
    if (existsSync(argument)) return listen(ready);
    writeFileSync(argument, 'crashed');
    process.kill(process.pid, 'SIGSEGV');
  },
  refuse: () => {
    const fault = {
      code: 'ENGINE_LOAD',
      message: 'tiny could not be loaded: bad magic',
      hint: 'See the log.',
    };
    listen((_request, response) => {
      response.statusCode = 503;
      response.end(health('failed', { fault }));
    });
  },
  // Loads until the file that it is given exists.
  slow: () => listen((request, response) => (existsSync(argument) ? ready : loading)(request, response)),
  // Answers once, then never again.
  hang: () => {
    let first = true;
    listen((request, response) => {
      if (first) ready(request, response);
      first = false;
    });
  },
  // vLLM 0.32 with --enable-sleep-mode and VLLM_SERVER_DEV_MODE=1, as vllm.entrypoints.serve has it: answers are empty, and
  // /health is 200 in its sleep, too. Writes down what it is told. With `-wakes-not` in the file's name it does not wake.
  vllm: () => {
    let sleeping = false;
    listen((request, response) => {
      const { pathname: path } = new URL(request.url, 'http://x');
      if (request.method === 'POST') appendFileSync(argument, `${request.url}\n`);
      if (path === '/sleep') sleeping = true;
      if (path === '/wake_up' && argument.includes('-wakes-not')) {
        response.statusCode = 500;
        return response.end('Internal Server Error');
      }
      if (path === '/wake_up') sleeping = false;
      if (path === '/is_sleeping') return response.end(JSON.stringify({ is_sleeping: sleeping }));
      request.resume().on('end', () => response.end());
    });
  },
  stubborn: () => {
    process.on('SIGTERM', () => {});
    listen(ready);
  },
};

process.stdin.on('end', () => process.exit(0)).resume();
modes[mode]();
