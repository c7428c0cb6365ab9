import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { engineLibrary } from '../../support/engine.ts';

const bin = fileURLToPath(new URL('../../../bin/localai.js', import.meta.url));

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What `status --json` says of a model, as far as tests look. */
interface StatusModel {
  readonly id: string;
  readonly state: string;
  readonly engine: string;
  readonly file: string;
  readonly context: number;
  readonly tokensPerSecond: number;
  readonly pid: number | null;
  readonly restarts: number;
  readonly roles: readonly string[];
}

export interface Status {
  readonly running: boolean;
  readonly pid: number;
  readonly gateway: { readonly url: string; readonly answers: boolean } | null;
  readonly models: readonly StatusModel[];
  readonly decisions: readonly string[];
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/** Processes of this machine whose command line names `text`. */
export const processesNaming = (text: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);

export const isAlive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Waits until `holds` says so; throws after `ms`. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> => {
  for (const end = Date.now() + ms; !(await holds()); await delay(50)) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
  }
};

/** The machine's own variables (certificates, mirrors, PATH) without those that would lead to somebody's settings. */
export const machineEnv = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(LOCALAI|HF|XDG|VITEST)_/.test(entry[0]),
    ),
  );

/** A user's machine: an empty HOME, a port of its own, and no model hub within reach. */
export class Installation {
  readonly home = mkdtempSync(join(tmpdir(), 'localai-e2e-'));
  readonly port: number;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;

  private constructor(port: number) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.env = {
      ...machineEnv(),
      HOME: this.home,
      XDG_RUNTIME_DIR: join(this.home, 'run'),
      LOCALAI_GATEWAY_PORT: String(port),
      // Nothing listens there, so the hub is unreachable at once.
      HF_ENDPOINT: 'http://127.0.0.1:9',
    };
    mkdirSync(join(this.home, 'run'), { mode: 0o700 });
  }

  static async empty(): Promise<Installation> {
    return new Installation(await freePort());
  }

  /** With the engine installed already, as it is after a first `up`. */
  static async withEngine(): Promise<Installation> {
    const made = await Installation.empty();
    const library = await engineLibrary();
    const engines = join(made.home, '.local', 'share', 'localai', 'engines');
    cpSync(library, join(engines, basename(library)), { recursive: true });
    return made;
  }

  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return new Promise((resolve) => {
      const settings = { env: { ...this.env, ...options.env }, maxBuffer: 1 << 26, cwd: this.home };
      const child = execFile(process.execPath, [bin, ...args], settings, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 128) : 0;
        resolve({ code, stdout, stderr });
      });
      child.stdin?.end(options.input ?? '');
    });
  }

  /** Starts a command and leaves it running; its stderr is collected in `said()`. */
  start(args: readonly string[]): { child: ChildProcess; said: () => string; ended: Promise<number | null> } {
    const child = spawn(process.execPath, [bin, ...args], {
      env: { ...this.env },
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    return { child, said: () => text, ended };
  }

  async status(): Promise<Status> {
    const { stdout } = await this.run(['status', '--json']);
    return JSON.parse(stdout) as Status;
  }

  async key(): Promise<string> {
    return (await this.run(['key', 'show'])).stdout.trim();
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${await this.key()}`, 'content-type': 'application/json' };
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  }

  /** Sockets and other things in the runtime folder. */
  runtimeFiles(): readonly string[] {
    const folder = join(this.home, 'run');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name);
  }

  async remove(): Promise<void> {
    await this.run(['down']);
    for (const pid of processesNaming(this.home)) process.kill(pid, 'SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}
