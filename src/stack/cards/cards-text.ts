import { calibration } from './calibration.ts';
import type { PlanCard } from './card.ts';
import type { CardsPlan, PlannedEngine } from './cards-plan.ts';
import { drawCard, legend } from './draw-card.ts';
import type { EnginePlan } from './engine-plan.ts';
import { vllmFlags } from './vllm-flags.ts';
import { paragraph, wrap } from './wrap.ts';

const tokens = (count: number): string => count.toLocaleString('en-US');
const gib = (value: number): string => `${value.toFixed(1)} GiB`;

const verdictWords = ({ verdict, reason }: EnginePlan): string =>
  verdict === 'fits' ? 'fits' : verdict === 'tight' ? `may fit: ${reason}` : `does not fit: ${reason}`;

const sureWords = {
  logged: 'logged',
  config: 'published',
  memory: 'an estimate',
} as const;

const cacheWords = (plan: EnginePlan): string => {
  const [low, high] = plan.cacheRange;
  const range =
    plan.cacheBytes === null ? `, nine times in ten ${low.toFixed(1)} to ${high.toFixed(1)}` : ', exactly';
  const format = plan.cacheFormat === 'auto' ? '' : ` as ${plan.cacheFormat}`;
  return `${gib(plan.parts.cache)}${range}${format}; ${(plan.bytesPerToken / 1024).toFixed(0)} KiB a token`;
};

const contextWords = (plan: EnginePlan): string => {
  const made = plan.build.shape.contextTokens;
  const of = made !== null && made > plan.contextTokens ? ` of ${tokens(made)} it was made for` : '';
  return `${tokens(plan.contextTokens)} tokens${of}`;
};

const requestWords = (plan: EnginePlan): string =>
  `${tokens(plan.cacheTokens)} tokens of cache: ${plan.fullLengthAtOnce.toFixed(1)} requests of full length at once, ${plan.maxSequences} at most`;

const perCard = ({ tensorParallel }: EnginePlan): string => (tensorParallel > 1 ? ' on each card' : '');

const cardWords = ({ cards: places }: PlannedEngine, cards: readonly PlanCard[]): string => {
  const names = places.map((index) => cards[index]?.name ?? '');
  return new Set(names).size === 1 && names.length > 1 ? `${names.length}x ${names[0]}` : names.join(' + ');
};

const engineLines = (engine: PlannedEngine, plan: CardsPlan, width: number): readonly string[] => {
  const { plan: own, why } = engine;
  const { build, parts } = own;
  const rows: readonly (readonly [string, string])[] = [
    ['Build', `${build.quantization}, ${build.reference}`],
    ['On', `${cardWords(engine, plan.cards)}; ${verdictWords(own)}`],
    [
      'Weights',
      `${gib(parts.weights)}${perCard(own)}, ${sureWords[build.weights.sure]}: ${build.weights.source}`,
    ],
    [
      'Work',
      `${gib(parts.activation + parts.runtime + parts.graphs)}: profile run ${parts.activation.toFixed(2)}, CUDA and libraries ${parts.runtime.toFixed(2)}, graphs ${parts.graphs.toFixed(2)}`,
    ],
    ...(parts.cache === 0
      ? []
      : ([
          ['Cache', cacheWords(own)],
          ['Context', contextWords(own)],
          ['Requests', requestWords(own)],
        ] as const)),
  ];
  return [
    ...paragraph(`${build.name}: ${why}`, width, '', '  '),
    ...rows.flatMap(([title, text]) => paragraph(text, width, `  ${title.padEnd(9)} `, ' '.repeat(12))),
  ];
};

const enginesOn = (plan: CardsPlan, index: number): readonly PlannedEngine[] =>
  plan.engines.filter(({ cards }) => cards.includes(index));

/** Cards of one kind with the same engines on them are drawn once. */
const alike = (plan: CardsPlan, shown: readonly number[]): readonly (readonly number[])[] => {
  const groups = new Map<string, number[]>();
  for (const index of shown) {
    const card = plan.cards[index];
    const engines = enginesOn(plan, index).map((engine) => plan.engines.indexOf(engine));
    const key = JSON.stringify([card?.name, card?.usedGib, engines]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()];
};

const cardLines = (plan: CardsPlan, indexes: readonly number[], width: number): readonly string[] => {
  const [index = 0] = indexes;
  const card = plan.cards[index];
  if (!card) return [];
  const count = indexes.length > 1 ? `Each of ${indexes.length}x ` : '';
  const here = enginesOn(plan, index).map((engine) => engine.plan);
  const drawn = plan.arrangement === 'turns' ? here.slice(0, 1) : here;
  const one = plan.arrangement === 'turns' ? `, while ${drawn[0]?.build.name} is awake` : '';
  return [
    ...paragraph(`${count}${card.name}, ${gib(card.totalGib)}; ${card.usedBy}${one}`, width, '', '  '),
    `  ${drawCard(card, drawn, width - 2)}`,
    ...wrap(legend(card, drawn), width, '  ', '  ', '  '),
  ];
};

const arrangements: Readonly<Record<CardsPlan['arrangement'], string | null>> = {
  alone: null,
  none: null,
  apart: 'Each model has cards of its own.',
  shared:
    'They share the card: each has a cache of its own size in bytes, and starts after the one above it.',
  turns: 'They take turns: one is awake, the others sleep with their weights in the memory of the machine.',
};

const swapLines = ({ swap }: CardsPlan, width: number): readonly string[] => {
  if (!swap) return [];
  const [least, most] = swap.seconds;
  const text = `A change takes ${least.toFixed(1)} to ${most.toFixed(1)} s (an estimate) and the cache of the one that goes to sleep; ${gib(swap.hostGib)} of the machine's memory hold what sleeps.`;
  return paragraph(text, width, '', '  ');
};

const commandLines = ({ plan }: PlannedEngine, sleeps: boolean, width: number): readonly string[] => {
  const flags = vllmFlags(plan, sleeps);
  // A flag and its value stay together.
  const pairs: string[] = [];
  for (const flag of flags) {
    if (flag.startsWith('--') || pairs.length === 0) pairs.push(flag);
    else pairs.push(`${pairs.pop()} ${flag}`);
  }
  return wrap([`vllm serve ${plan.build.reference}`, ...pairs], width - 2, '  ', '      ').map(
    (line, index, all) => (index < all.length - 1 ? `${line} \\` : line),
  );
};

const alternativeLines = ({ plan, alternatives }: PlannedEngine, width: number): readonly string[] =>
  alternatives.length === 0
    ? []
    : [
        '',
        plan.verdict === 'fits' ? 'More context is to be had with:' : 'What would do instead:',
        ...alternatives.flatMap(({ words, flags }) =>
          paragraph(flags === null ? words : `${words} (${flags})`, width, '  - ', '    '),
        ),
      ];

const trust = `Figures are estimates, compared with ${calibration.starts} logged starts of vLLM: half are within ${calibration.medianGib} GiB, the mean error is ${calibration.meanGib} GiB. The engine says the truth when it starts.`;

/** The plan for a person, on lines of at most `columns`. */
export const cardsPlanLines = (plan: CardsPlan, columns: number): readonly string[] => {
  const width = Math.max(40, Math.min(columns, 100));
  const used = [...new Set(plan.engines.flatMap(({ cards }) => cards))].sort((a, b) => a - b);
  const shown = used.length > 0 ? used : plan.cards.map((_, index) => index);
  const arrangement = arrangements[plan.arrangement];
  return [
    ...(arrangement === null
      ? []
      : [...paragraph(arrangement, width, '', '  '), ...swapLines(plan, width), '']),
    ...plan.engines.flatMap((engine) => [...engineLines(engine, plan, width), '']),
    ...alike(plan, shown).flatMap((indexes) => cardLines(plan, indexes, width)),
    ...plan.engines.flatMap((engine) =>
      engine.plan.verdict === 'no'
        ? []
        : ['', `With vLLM ${plan.vllm}:`, ...commandLines(engine, plan.arrangement === 'turns', width)],
    ),
    ...plan.engines.flatMap((engine) => alternativeLines(engine, width)),
    ...(plan.notes.length === 0
      ? []
      : ['', ...plan.notes.flatMap((note) => paragraph(`Note: ${note}`, width, '', '  '))]),
    '',
    ...paragraph(trust, width, '', ''),
  ];
};
