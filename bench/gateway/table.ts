import type { Figures } from './figures.ts';
import { leavingPhases } from './leaving.ts';
import { median } from './load.ts';

/** The rounds of each row, in the order that they were measured in. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>;

type Show = (rounds: Rounds, name: string) => string;

/** Not every figure is measured in every round. */
const middle = (values: readonly number[]): number => median(values.filter((each) => !Number.isNaN(each)));

const of = (rounds: Rounds, name: string, figure: string): readonly number[] =>
  (rounds.get(name) ?? []).map((round) => round[figure] ?? Number.NaN);

const shown = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));

/** Within each round, so that a machine that is slow for a while is slow for both; then the median. */
const compared = (
  rounds: Rounds,
  name: string,
  base: string,
  figure: string,
  compare: (one: number, other: number) => number,
): number => {
  const others = of(rounds, base, figure);
  return middle(of(rounds, name, figure).map((value, at) => compare(value, others[at] ?? Number.NaN)));
};

const value =
  (figure: string, digits: number): Show =>
  (rounds, name) =>
    shown(middle(of(rounds, name, figure)), digits);

const times =
  (figure: string, base: string): Show =>
  (rounds, name) =>
    shown(
      compared(rounds, name, base, figure, (one, other) => one / other),
      2,
    );

/** Beyond the engine asked directly. */
const added =
  (figure: string): Show =>
  (rounds, name) =>
    shown(
      compared(rounds, name, 'direct', figure, (one, other) => one - other),
      2,
    );

const cpuLines = (figure: string, what: string): readonly (readonly [string, Show])[] => [
  [`CPU, us a ${what}`, value(figure, 1)],
  ['  x bare', times(figure, 'bare')],
  ['  x nginx', times(figure, 'nginx')],
];

const lines: readonly (readonly [string, Show])[] = [
  ...cpuLines('cpuUnary', 'request'),
  ...cpuLines('cpuChunk32', 'chunk, 32 streams'),
  ...cpuLines('cpuChunk64', 'chunk, 64 streams'),
  ['added ms, p50', added('p50')],
  ['added ms, p99', added('p99')],
  ['added ms to 1st token, 4 streams', added('first4')],
  ['added ms to 1st token, 32 streams', added('first32')],
  ...leavingPhases.flatMap((phase): readonly (readonly [string, Show])[] => [
    [`client leaves (${phase}), ms to let go, median`, value(`${phase}50`, 1)],
    ['  at worst', value(`${phase}Most`, 1)],
  ]),
  ['MiB with 1,000 streams open', value('memory', 0)],
];

/** A line per figure, a column per row of the measurement. */
export const tableText = (rounds: Rounds): string => {
  const names = [...rounds.keys()];
  const width = Math.max(...lines.map(([title]) => title.length));
  const cell = (text: string): string => text.padStart(11);
  const row = (title: string, cells: readonly string[]): string =>
    `${title.padEnd(width)} ${cells.map(cell).join('')}`;
  return [
    row('', names),
    ...lines.map(([title, show]) =>
      row(
        title,
        names.map((name) => show(rounds, name)),
      ),
    ),
  ].join('\n');
};
