/**
 * What the gateway costs: the same requests with and without it, in one run, as ratios.
 *
 *   node bench/gateway.ts [--rounds 3] [--rows direct,nginx,bare,…] [--quick] [--json] [--profile folder]
 *                         [--peer 'name http://127.0.0.1:4000 command with {upstream}' …]
 *
 * bench/README.md says what the rows are, how it is measured, and what came of it. Rounds are interleaved, so that a
 * busy machine is busy for all rows; ratios are taken within a round.
 */
import { parseArgs } from 'node:util';
import { type Figures, measure } from './gateway/figures.ts';
import { tableText } from './gateway/table.ts';
import { startModule, startNginx, startProgram, type Target } from './gateway/target.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
  },
});

/** Ours, by what is turned on: a regression names what it comes from. */
const ours: Readonly<Record<string, readonly string[]>> = {
  off: [],
  '+keys': ['keys'],
  '+limits': ['keys', 'limits'],
  '+log': ['log'],
  '+usage': ['usage'],
  ours: ['keys', 'limits', 'log', 'usage'],
};

const bareModule = new URL('./gateway/bare.ts', import.meta.url);
const oursModule = new URL('./gateway/ours.ts', import.meta.url);
const engineModule = new URL('./gateway/engine.ts', import.meta.url);

const wanted = values.rows?.split(',');
const isWanted = (name: string): boolean => wanted === undefined || wanted.includes(name);

const startAll = async (direct: Target): Promise<readonly Target[]> => {
  const { url } = direct;
  const targets: Target[] = isWanted('direct') ? [direct] : [];
  if (isWanted('nginx')) {
    const nginx = await startNginx(url);
    if (nginx) targets.push(nginx);
    else console.error('nginx is not installed here: its row is left out');
  }
  if (isWanted('bare')) targets.push(await startModule('bare', bareModule, [url], values.profile));
  for (const [name, features] of Object.entries(ours).filter(([each]) => isWanted(each))) {
    targets.push(await startModule(name, oursModule, [url, ...features], values.profile));
  }
  for (const peer of values.peer) {
    const [name = '', place = '', ...command] = peer
      .split(/\s+/)
      .map((word) => word.replace('{upstream}', url));
    const target = await startProgram(name, place, command);
    if (target) targets.push(target);
    else console.error(`${name} does not answer at ${place}: its row is left out`);
  }
  return targets;
};

const direct = await startModule('direct', engineModule, []);
const targets = await startAll(direct);
const rounds = new Map<string, Figures[]>(targets.map(({ name }) => [name, []]));
const { child: engine } = direct;
if (!engine) throw new Error('the engine is a process of ours');
for (let round = 0; round < Number(values.rounds); round += 1) {
  // What takes long and does not vary is done once.
  const all = !values.quick && round === 0;
  for (const target of targets) rounds.get(target.name)?.push(await measure({ target, engine, all }));
}
for (const target of new Set([...targets, direct])) target.stop();
console.log(values.json ? JSON.stringify(Object.fromEntries(rounds), undefined, 2) : tableText(rounds));
