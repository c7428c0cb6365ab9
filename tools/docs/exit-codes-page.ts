import { type ErrorCode, errors, exitCodes } from '../../src/errors.ts';

type Exit = keyof typeof exitCodes;

const meanings: Readonly<Record<Exit, string>> = {
  ok: 'done; also when whoever read stdout left early (`localai … \\| head -1`)',
  failed: 'failed for a reason that no other code stands for',
  usage: 'wrong use: an unknown command or option, a missing argument, a question without a terminal',
  notRunning: 'localai is not running, or does not answer',
  network: 'the network, the hub or a registry failed',
  disk: 'a disk is full, or a file or folder cannot be used',
  model: 'the model is unknown, cannot be had or cannot be served here',
  engine: 'an engine could not be installed, did not start, crashed or does not answer',
  port: 'the port is taken',
  busy: 'another localai is at work on the same thing',
  config: 'a setting or one of our files is wrong',
  bug: 'something in localai itself is wrong: please report it',
  interrupted: 'stopped by Ctrl-C',
  terminated: 'stopped by SIGTERM or SIGHUP',
};

const codesWith = (exit: Exit): string =>
  (Object.keys(errors) as ErrorCode[])
    .filter((code) => errors[code].exit === exit)
    .map((code) => `[${code}](errors.md#${code.toLowerCase()})`)
    .join(', ');

const rows = (Object.keys(exitCodes) as Exit[]).map(
  (exit) => `| ${exitCodes[exit]} | ${meanings[exit]} | ${codesWith(exit)} |`,
);

export const exitCodesPage = (): string => `# Exit codes

They are stable: scripts may rely on them.

| code | meaning | errors |
|---|---|---|
${rows.join('\n')}
`;
