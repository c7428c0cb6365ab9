import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';

/** A process that can be told from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the operating system's own words; opaque, only good for comparing. */
  readonly started: string;
}

interface SpawnOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A file that stdout and stderr are appended to; they are thrown away when absent. */
  readonly logFile?: string;
}

export interface Processes {
  /** Who has this pid now; undefined when nobody has. */
  identify(pid: number): Promise<ProcessIdentity | undefined>;
  /** Whether that very process is still there (a zombie is not). */
  isAlive(who: ProcessIdentity): Promise<boolean>;
  /** Sends a signal to that very process; false when it is gone. With `group`, to its whole process group. */
  signal(who: ProcessIdentity, name: NodeJS.Signals, group?: boolean): Promise<boolean>;
  /** Ends by force what is left of the process group of one that has ended: children that did not notice. */
  endGroup(leader: ProcessIdentity): Promise<void>;
  /** Starts a program that outlives us, in a process group of its own. Its pid is known at once. */
  spawnDetached(program: string, args: readonly string[], options?: SpawnOptions): Promise<ProcessIdentity>;
  /**
   * Starts a child in a process group of its own, with stdin as a pipe: a child that reads it sees the end of file
   * when we end, however we end. stdout and stderr are pipes too; a fourth descriptor carries IPC messages.
   */
  spawnChild(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Processes whose command line contains `text`. Linux only; elsewhere an empty list. */
  findByCommandLine(text: string): Promise<readonly ProcessIdentity[]>;
  /** The program that listens on a TCP port of this machine: its pid and command, when it can be told. */
  listenerOn(port: number): Promise<{ pid: number; command: string } | undefined>;
}

/** Field 22 of /proc/<pid>/stat (proc(5)): start time in clock ticks since boot. The name (field 2) may hold blanks. */
const linuxStart = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};

/** The inode of the socket that listens on `port`, from /proc/net/tcp and tcp6; state 0A is LISTEN. */
const listeningInode = (port: number): string | undefined => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text: string;
    try {
      text = readFileSync(table, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[3] === '0A' && columns[1]?.endsWith(`:${hex}`)) return columns[9];
    }
  }
  return undefined;
};

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
};

const allPids = (): number[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

const fileDescriptors = async (pid: number): Promise<string[]> => {
  const { readdir, readlink } = await import('node:fs/promises');
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    return await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  } catch {
    return [];
  }
};

export const realProcesses = (env: Readonly<Record<string, string | undefined>>): Processes => {
  const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
    if (process.platform === 'linux') {
      const started = linuxStart(pid);
      return started === undefined ? undefined : { pid, started };
    }
    const ps = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], { reject: false });
    const started = String(ps.stdout ?? '').trim();
    return started === '' ? undefined : { pid, started };
  };
  const isAlive = async (who: ProcessIdentity): Promise<boolean> =>
    (await identify(who.pid))?.started === who.started;
  return {
    identify,
    isAlive,
    signal: async (who, name, group = false) => {
      if (!(await isAlive(who))) return false;
      try {
        process.kill(group ? -who.pid : who.pid, name);
        return true;
      } catch {
        return false;
      }
    },
    endGroup: async (leader) => {
      const now = await identify(leader.pid);
      // A number is not given to a new process while a group still has it; if it is, the group is gone.
      if (now && now.started !== leader.started) return;
      try {
        process.kill(-leader.pid, 'SIGKILL');
      } catch {
        // Nobody is left.
      }
    },
    spawnDetached: async (program, args, options = {}) => {
      const log = options.logFile === undefined ? 'ignore' : openSync(options.logFile, 'a', 0o600);
      try {
        const child = spawn(program, args, {
          detached: true,
          stdio: ['ignore', log, log],
          env: { ...env, ...options.env },
          ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        });
        await new Promise<void>((resolve, reject) => {
          child.once('spawn', resolve);
          child.once('error', reject);
        });
        child.unref();
        const pid = child.pid ?? -1;
        return (await identify(pid)) ?? { pid, started: 'gone' };
      } finally {
        if (typeof log === 'number') closeSync(log);
      }
    },
    spawnChild: (program, args, options = {}) =>
      spawn(program, args, {
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
        env: { ...env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      }),
    findByCommandLine: async (text) => {
      const found = await Promise.all(
        allPids()
          .filter((pid) => pid !== process.pid && commandLine(pid).includes(text))
          .map(identify),
      );
      return found.filter((who) => who !== undefined);
    },
    listenerOn: async (port) => {
      const inode = listeningInode(port);
      if (inode === undefined) return undefined;
      for (const pid of allPids()) {
        if ((await fileDescriptors(pid)).includes(`socket:[${inode}]`))
          return { pid, command: commandLine(pid) };
      }
      return undefined;
    },
  };
};
