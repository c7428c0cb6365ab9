import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `docker` on PATH that plays a stack: it keeps what it was asked and says what real engines said. */
export interface FakeDocker {
  /** The folder for PATH. */
  readonly bin: string;
  /** What it was asked, a line each. */
  asked(): readonly string[];
  /** The next `compose up` fails with these words. */
  upFails(words: string): void;
  /** Images are missing, and a pull fails with these words. */
  pullFails(words: string): void;
  /** `docker compose ls` names this file for the project. */
  foreign(project: string, file: string): void;
  /** All commands fail so. */
  silent(words: string): void;
  reset(): void;
}

const server = `import { createServer } from 'node:http';
createServer((_request, response) => response.end('{}')).listen(Number(process.argv[2]), '127.0.0.1');
`;

/** `states`: what engine-run would write, by file, once its container runs. */
export const fakeDocker = (
  folder: string,
  options: { readonly port: number; readonly services: readonly string[]; readonly states: string },
): FakeDocker => {
  const bin = join(folder, 'bin');
  const play = join(folder, 'play');
  for (const path of [bin, play]) mkdirSync(path, { recursive: true });
  writeFileSync(join(play, 'server.mjs'), server);
  const rows = ['gateway', ...options.services].map((service, index) =>
    JSON.stringify({ ID: `id-${index}`, Service: service, State: 'running', Health: 'healthy', ExitCode: 0 }),
  );
  writeFileSync(join(play, 'rows'), `${rows.join('\n')}\n`);
  const script = `#!/bin/sh
echo "$*" >> ${play}/asked
say() { cat "$1" >&2; exit 1; }
[ -e ${play}/silent ] && say ${play}/silent
case "$*" in
  *'image inspect'*) [ ! -e ${play}/pull ]; exit ;;
  'pull '*) say ${play}/pull ;;
  'compose ls'*) cat ${play}/ls 2>/dev/null || echo '[]' ;;
  *' ps --all --format json') cat ${play}/ps 2>/dev/null; exit 0 ;;
  *' up '*)
    [ -e ${play}/up ] && say ${play}/up
    cp ${play}/rows ${play}/ps
    if [ ! -e ${play}/pid ]; then ${process.execPath} ${play}/server.mjs ${options.port} >/dev/null 2>&1 & echo $! > ${play}/pid; fi
    mkdir -p ${options.states}
    cp ${play}/states/* ${options.states}/ 2>/dev/null
    exit 0 ;;
  *' down '*)
    [ -e ${play}/pid ] && kill "$(cat ${play}/pid)"
    rm -f ${play}/pid ${play}/ps ;;
  'ps --all'*) [ -e ${play}/ps ] && echo left-1; exit 0 ;;
esac
exit 0
`;
  writeFileSync(join(bin, 'docker'), script, { mode: 0o755 });
  const put = (name: string, text: string): void => writeFileSync(join(play, name), `${text}\n`);
  return {
    bin,
    asked: () =>
      existsSync(join(play, 'asked')) ? readFileSync(join(play, 'asked'), 'utf8').trim().split('\n') : [],
    upFails: (words) => put('up', words),
    pullFails: (words) => put('pull', words),
    foreign: (project, file) =>
      put('ls', JSON.stringify([{ Name: project, Status: 'running(1)', ConfigFiles: file }])),
    silent: (words) => put('silent', words),
    reset: () => {
      for (const name of ['up', 'pull', 'ls', 'silent']) rmSync(join(play, name), { force: true });
    },
  };
};

/** What the engine of a model will have written once it was started. */
export const engineWrites = (folder: string, id: string, state: object): void => {
  const states = join(folder, 'play', 'states');
  mkdirSync(states, { recursive: true });
  const whole = {
    ...{ schemaVersion: 1, phase: 'running', attempt: 1, pid: null, exitCode: null, signal: null },
    ...{ class: null, crashes: [], since: 1 },
    ...state,
  };
  writeFileSync(join(states, `${id}.json`), JSON.stringify(whole));
};
