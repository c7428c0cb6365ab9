import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type CreateOptions, createOutput } from './create.ts';
import type { Task } from './output.ts';

const never = new AbortController().signal;

const capture = (terminal = false) => {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns: 100 });
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return { stream, text: () => text };
};

const setUp = (options: Partial<CreateOptions> = {}, terminal = false) => {
  const [out, err] = [capture(terminal), capture(terminal)];
  const stdin = Object.assign(Readable.from([]), { isTTY: terminal });
  const output = createOutput(
    { stdin, stdout: out.stream, stderr: err.stream },
    {
      ...{ json: false, quiet: false, verbose: false, assumeYes: false, env: {}, invocation: 'npx localai' },
      ...options,
    },
  );
  return { output, out, err };
};

const settle = () => delay(0);

describe('stdout is for results, stderr for prose', () => {
  test.each([
    [{}, 'printed\nname  size\na        1\n', 'noted\nwarning: warned\n'],
    [{ quiet: true }, 'printed\nname  size\na        1\n', 'warning: warned\n'],
    [{ verbose: true }, 'printed\nname  size\na        1\n', 'noted\ndetailed\nwarning: warned\n'],
    [{ json: true }, '{"line":1}\n{\n  "a": 1\n}\n', 'noted\nwarning: warned\n'],
  ])('with %o', async (options, stdout, stderr) => {
    const { output, out, err } = setUp(options);
    output.print('printed');
    output.dataLine({ line: 1 });
    output.data({ a: 1 });
    output.note('noted');
    output.detail('detailed');
    output.warn('warned');
    output.table(
      [{ name: 'a', size: 1 }],
      [
        { title: 'name', value: (row) => row.name },
        { title: 'size', value: (row) => String(row.size), align: 'right' },
      ],
      'none',
    );
    await settle();
    expect(out.text()).toBe(stdout);
    expect(err.text()).toBe(stderr);
  });

  test('an empty table says so', async () => {
    const { output, out } = setUp();
    output.table([], [], 'No models.');
    await settle();
    expect(out.text()).toBe('No models.\n');
  });
});

test('advice is in the words that the user typed', async () => {
  const { output, err } = setUp();
  output.note('Run `{localai} up`.');
  await settle();
  expect(err.text()).toBe('Run `npx localai up`.\n');
});

describe('colour', () => {
  const bold = '\x1b[1mx\x1b[22m';
  test.each([
    [true, {}, undefined, bold],
    [false, {}, undefined, 'x'],
    [true, { NO_COLOR: '1' }, undefined, 'x'],
    [true, { NO_COLOR: '' }, undefined, bold],
    [true, { TERM: 'dumb' }, undefined, 'x'],
    [false, { FORCE_COLOR: '1' }, undefined, bold],
    [true, { FORCE_COLOR: '0' }, undefined, 'x'],
    [true, { FORCE_COLOR: '1' }, false, 'x'],
  ])('terminal %s, %o, flag %s', (terminal, env, color, expected) => {
    const { output } = setUp({ env, ...(color === undefined ? {} : { color }) }, terminal);
    expect(output.paint.bold('x')).toBe(expected);
  });
});

describe('questions', () => {
  const choice = { flag: '--force', initial: false };

  test('without a terminal, the flag is named instead', async () => {
    const { output } = setUp();
    await expect(output.confirm('Remove it?', choice)).rejects.toMatchObject({
      code: 'NEEDS_TTY',
      hint: 'Answer with --force instead.',
    });
  });

  test('--yes answers before one is asked', async () => {
    expect(await setUp({ assumeYes: true }).output.confirm('Remove it?', choice)).toBe(true);
  });

  test.each([
    [{}, true],
    [{ json: true }, false],
    [{ env: { CI: 'true' } }, false],
    [{ env: { CI: 'false' } }, true],
  ])('a person can be asked with %o: %s', (options, expected) => {
    expect(setUp(options, true).output.interactive).toBe(expected);
  });
});

describe('tasks', () => {
  const tasks = (log: string[]): readonly Task[] => [
    {
      title: 'Fetch the model',
      run: async (task) => {
        log.push('fetch');
        task.status('looking');
        task.progress(1, 4);
        task.progress(4, 4);
      },
    },
    { title: 'Install the engine', run: async (task) => task.skip('it is there') },
    {
      title: 'Start',
      run: async (task) => {
        task.title('Start the server');
        throw new Error('no port');
      },
    },
    {
      title: 'Never',
      run: async () => {
        log.push('never');
      },
    },
  ];

  test('without a terminal they are whole lines, and the first failure ends them', async () => {
    const log: string[] = [];
    const { output, out, err } = setUp({ now: () => 0 });
    await expect(output.tasks(tasks(log), never)).rejects.toThrow('no port');
    expect(err.text()).toBe(
      [
        ...['[1/4] Fetch the model', '      looking', '[1/4] Fetch the model: done in 0.0 s'],
        ...['[2/4] Install the engine', '[2/4] Install the engine: it is there'],
        ...['[3/4] Start', '[3/4] Start the server: failed after 0.0 s', ''],
      ].join('\n'),
    );
    expect(out.text()).toBe('');
    expect(log).toEqual(['fetch']);
  });

  test('progress is told every few seconds only', async () => {
    let now = 0;
    const { output, err } = setUp({ now: () => now });
    const run: Task['run'] = async (task) => {
      for (let part = 0; part <= 100; part++) {
        task.progress(part * 1_000_000, 100_000_000);
        now += 100;
      }
    };
    await output.tasks([{ title: 'Fetch', run }], never);
    expect(err.text()).toContain('      50 % (50.0 MB of 100 MB), 10.0 MB/s, 5.0 s left\n');
    expect(err.text().split('\n')).toHaveLength(5);
  });

  test('--quiet runs them without a word', async () => {
    const log: string[] = [];
    const { output, err } = setUp({ quiet: true });
    await expect(output.tasks(tasks(log), never)).rejects.toThrow('no port');
    expect(err.text()).toBe('');
  });

  test('on a terminal they are a list on stderr, stdout stays clean', async () => {
    const log: string[] = [];
    const { output, out, err } = setUp({}, true);
    await expect(output.tasks(tasks(log), never)).rejects.toThrow('no port');
    const shown = stripVTControlCharacters(err.text());
    expect(shown).toMatch(/✔ Fetch the model\n/);
    expect(shown).toMatch(/↓ Install the engine: it is there\n/);
    expect(shown).toMatch(/✖ Start the server\n/);
    expect(shown).not.toContain('no port');
    expect(out.text()).toBe('');
    expect(log).toEqual(['fetch']);
  });

  test.each([false, true])('an abort keeps the next one from starting (terminal: %s)', async (terminal) => {
    const controller = new AbortController();
    const { output } = setUp({}, terminal);
    const log: string[] = [];
    const first: Task = { title: 'One', run: async () => controller.abort(new Error('stopped')) };
    const second: Task = {
      title: 'Two',
      run: async () => {
        log.push('two');
      },
    };
    await expect(output.tasks([first, second], controller.signal)).rejects.toThrow('stopped');
    expect(log).toEqual([]);
  });
});

describe('a reader that goes away', () => {
  test('what is written after that is thrown away, and nobody waits', async () => {
    const { output, out } = setUp();
    out.stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await settle();
    output.print('more');
    await output.stream('and more');
  });

  test.each([
    ['reads on', (_stream: Writable, read: () => void) => read()],
    ['leaves', (stream: Writable) => stream.destroy(new Error('gone'))],
  ])('a slow one is waited for until it %s', async (_what, end) => {
    let read = (): void => {};
    const stream = new Writable({
      highWaterMark: 4,
      write: (_chunk, _encoding, done) => {
        read = done;
      },
    });
    const output = createOutput(
      { stdin: Readable.from([]), stdout: stream, stderr: new PassThrough() },
      { json: false, quiet: false, verbose: false, assumeYes: false, env: {}, invocation: 'localai' },
    );
    let resumed = false;
    const waiting = output.stream('more than four').then(() => {
      resumed = true;
    });
    await settle();
    expect(resumed).toBe(false);
    end(stream, () => read());
    await waiting;
  });
});
