import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFixture } from './recorded-machine.ts';

/** One thing that a stand-in program says: to questions that hold `args`. `sleep`: it never answers. */
export interface Says {
  readonly args: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly sleep?: true;
}

/** A machine of stand-in programs on a PATH of its own, with a HOME of its own; what they say was recorded. */
export interface FakeMachine extends Disposable {
  readonly home: string;
  /** For `runCommand`. */
  readonly env: Record<string, string>;
  /** Puts a program on PATH, or another in its place. */
  program(name: string, says: readonly Says[]): void;
  /** Answers these questions in another way, the others as before. */
  answer(name: string, ...says: readonly Says[]): void;
  /** Changes what `docker info` says. */
  dockerInfo(change: Readonly<Record<string, unknown>>): void;
  remove(...names: readonly string[]): void;
  /** Writes a file below HOME. */
  file(path: string, text: string, mode?: number): string;
}

/** The recorded RTX 4090 desktop, as programs. */
export const fakeMachine = (): FakeMachine => {
  const folder = mkdtempSync(join(tmpdir(), 'localai-doctor-'));
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  const cdi = join(folder, 'cdi');
  for (const path of [bin, home, cdi]) mkdirSync(path, { recursive: true });
  const spoken = new Map<string, readonly Says[]>();

  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  };
  const program = (name: string, says: readonly Says[]): void => {
    spoken.set(name, says);
    const cases = says.map(({ args, stdout = '', stderr = '', exitCode = 0, sleep }, index) => {
      const [out, err] = ['out', 'err'].map((kind) => join(folder, 'said', `${name}-${index}.${kind}`));
      write(out ?? '', stdout);
      write(err ?? '', stderr);
      const answer = sleep ? 'exec /bin/sleep 60' : `/bin/cat ${out}; /bin/cat ${err} >&2; exit ${exitCode}`;
      return `  *'${args}'*) ${answer} ;;`;
    });
    write(join(bin, name), ['#!/bin/sh', 'case "$*" in', ...cases, 'esac', 'exit 127', ''].join('\n'), 0o755);
  };
  const answer = (name: string, ...says: readonly Says[]): void => {
    program(name, [...says, ...(spoken.get(name) ?? [])]);
  };
  const dockerInfo = (change: Readonly<Record<string, unknown>>): void => {
    const before = spoken.get('docker')?.find(({ args }) => args === 'info')?.stdout ?? '{}';
    const info: unknown = { ...(JSON.parse(before) as object), ...change };
    answer('docker', { args: 'info', stdout: JSON.stringify(info) });
  };

  for (const [name, says] of Object.entries(readFixture('desktop-4090').programs)) program(name, says);
  const saw = 'GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-2f7c3a10)\n';
  answer(
    'docker',
    { args: 'run --rm', stdout: 'cuda ok 1 NVIDIA GeForce RTX 4090\n' },
    { args: 'exec', stdout: saw },
  );
  dockerInfo({ CDISpecDirs: [cdi], DockerRootDir: home });
  program('npm', [{ args: 'ping', stderr: 'npm notice PONG 12ms\n' }]);
  return {
    home,
    env: { HOME: home, PATH: bin, LANG: 'C.UTF-8', TMPDIR: folder, LOCALAI_HOME: join(home, 'localai') },
    ...{ program, answer, dockerInfo },
    remove: (...names) => {
      for (const name of names) rmSync(join(bin, name), { force: true });
    },
    file: (path, text, mode = 0o644) => {
      write(join(home, path), text, mode);
      return join(home, path);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Another text in place of one in what was recorded of a program. */
export const recordedWith = (
  name: string,
  ...changes: readonly (readonly [string | RegExp, string])[]
): readonly Says[] =>
  (readFixture('desktop-4090').programs[name] ?? []).map((says) => ({
    ...says,
    stdout: changes.reduce((text, [from, to]) => text.replace(from, to), says.stdout ?? ''),
  }));
