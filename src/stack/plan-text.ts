import type { EngineBudget } from '../engines/engine.ts';
import type { MachineReport } from '../machine/report.ts';
import { bytes, gibibytes } from '../models/quantities.ts';
import { cardsPlanLines } from './cards/cards-text.ts';
import type { Serving, StackPlan } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';
import type { ServedNow } from './served-model.ts';

const machineLines = (report: MachineReport): readonly string[] => {
  const os = 'value' in report.os ? report.os.value : `not checked (${report.os.notChecked})`;
  const cpu = 'value' in report.cpu.name ? report.cpu.name.value : 'processor not checked';
  const { totalBytes, availableBytes, limitedBy } = report.memory;
  const limit = limitedBy === 'cgroup' ? ', limited by a control group' : '';
  const gpus =
    'value' in report.gpus
      ? report.gpus.value.map(({ name, memoryBytes }) =>
          memoryBytes === null ? name : `${name} (${gibibytes(memoryBytes)})`,
        )
      : [];
  return [
    `Machine   ${os}${report.wsl ? ' in WSL' : ''}, ${report.platform}-${report.arch}`,
    `          ${cpu}; ${report.cpu.coresFrom}`,
    `          ${gibibytes(totalBytes)} of memory${limit}, ${gibibytes(availableBytes)} free`,
    ...(gpus.length === 0 ? [] : [`          ${gpus.join(', ')}`]),
  ];
};

const sizeOf = ({ sizeBytes, onDisk }: PlannedModel): string => {
  if (onDisk) return 'on this disk';
  return sizeBytes === null ? 'size not known yet' : `${bytes(sizeBytes)} to download`;
};

const modelLines = (models: readonly PlannedModel[]): readonly string[] =>
  models.flatMap((model, index) => [
    `${index === 0 ? 'Model     ' : 'else      '}${model.id ?? model.reference}: ${model.why}; ${sizeOf(model)}`,
    ...(model.id === null ? [] : [`          ${model.reference}`]),
    ...(model.caveat === null ? [] : [`          ${model.caveat}`]),
  ]);

/** How requests are worked on: what was set, and what is left to the engine. */
export const budgetLine = ({ contextTokens, parallel, threads, gpu, cards }: EngineBudget): string => {
  const context = contextTokens === undefined ? 'what fits' : `${contextTokens} tokens`;
  const flags = cards ? ['with', ...cards.flags].join(' ') : undefined;
  const here = flags ?? `threads ${threads ?? 'measured'}, gpu ${gpu}`;
  return `context ${context}, ${parallel} requests at once, ${here}`;
};

const addressOf = ({ host, port, exposure }: StackPlan['gateway']): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}, ${
    exposure === 'loopback' ? 'this machine only' : 'reachable from the network, with a key'
  }`;

const servingLines = (servings: readonly Serving[]): readonly string[] =>
  servings.flatMap(({ engine, budget, models }, index) => [
    ...(index > 0 && servings[index - 1]?.engine.name === engine.name
      ? []
      : [`Engine    ${engine.name}: ${engine.why}`]),
    `          ${budgetLine(budget)}`,
    ...modelLines(models),
  ]);

/** Where the cards are planned, their own plan says all of the models: exactly what `localai plan` shows. */
const cardServingLines = (plan: StackPlan, columns: number): readonly string[] => {
  const [first] = plan.servings;
  if (!plan.cards || !first) return servingLines(plan.servings);
  return [
    `Engine    ${first.engine.name}: ${first.engine.why}`,
    ...plan.servings.flatMap(({ models: [model] }) =>
      model ? [`Model     ${model.id} for ${model.roles.join(', ')}; ${sizeOf(model)}`] : [],
    ),
    '',
    ...cardsPlanLines(plan.cards, columns),
    '',
  ];
};

/** The plan for a person, a line each. */
export const planLines = (plan: StackPlan, report: MachineReport, columns = 80): readonly string[] => [
  ...machineLines(report),
  ...cardServingLines(plan, columns),
  `Gateway   ${addressOf(plan.gateway)}`,
  ...plan.notes.map((note) => `Note      ${note}`),
];

const servedLine = ({ planned }: ServedNow): string =>
  `Model ${planned.id ?? planned.reference}: ${planned.why}${planned.caveat ? `; ${planned.caveat}` : ''}.`;

/** What `up` decided, for `status` and the first lines of `up`. */
export const decisionLines = (plan: StackPlan, served: readonly ServedNow[]): readonly string[] => [
  ...plan.servings.flatMap(({ engine, budget }, index) => {
    const one = served[index];
    const line = `Engine ${engine.name}: ${engine.why}; ${budgetLine(budget)}.`;
    return one ? [line, servedLine(one)] : [line];
  }),
  ...plan.notes,
];
