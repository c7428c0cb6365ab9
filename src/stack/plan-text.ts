import type { MachineReport } from '../machine/report.ts';
import { bytes, gibibytes } from '../models/quantities.ts';
import type { StackPlan } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';

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
export const budgetLine = ({ budget }: Pick<StackPlan, 'budget'>): string => {
  const context = budget.contextTokens === undefined ? 'what fits' : `${budget.contextTokens} tokens`;
  const threads = budget.threads === undefined ? 'measured' : String(budget.threads);
  return `context ${context}, ${budget.parallel} requests at once, threads ${threads}, gpu ${budget.gpu}`;
};

const addressOf = ({ host, port, exposure }: StackPlan['gateway']): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}, ${
    exposure === 'loopback' ? 'this machine only' : 'reachable from the network, with a key'
  }`;

/** The plan for a person, a line each. */
export const planLines = (plan: StackPlan, report: MachineReport): readonly string[] => [
  ...machineLines(report),
  `Engine    ${plan.engine.name}: ${plan.engine.why}`,
  `          ${budgetLine(plan)}`,
  ...modelLines(plan.models),
  `Gateway   ${addressOf(plan.gateway)}`,
  ...plan.notes.map((note) => `Note      ${note}`),
];

/** What `up` decided, for `status` and the first lines of `up`. */
export const decisionLines = (plan: StackPlan, served: PlannedModel): readonly string[] => [
  `Engine ${plan.engine.name}: ${plan.engine.why}; ${budgetLine(plan)}.`,
  `Model ${served.id ?? served.reference}: ${served.why}${served.caveat ? `; ${served.caveat}` : ''}.`,
  ...plan.notes,
];
