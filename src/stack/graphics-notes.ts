import type { EngineName } from '../api/models.ts';
import type { Settings } from '../config/schema.ts';
import type { Gpu, MachineReport } from '../machine/report.ts';
import type { ChosenEngine } from './choose-engine.ts';

const named = ({ name, problem }: Gpu): string => (problem ? `${name}: ${problem}` : name);

const isVllm = (name: EngineName): boolean => name.startsWith('vllm');

/** Why the card is not used as well as it could be. */
const withoutVllm = (
  nvidia: readonly Gpu[],
  engine: EngineName,
  passedOver: readonly ChosenEngine[],
): readonly string[] => {
  if (nvidia.length === 0 || isVllm(engine)) return [];
  const names = nvidia.map(named).join(', ');
  const reason = passedOver.find(({ name }) => isVllm(name));
  return [
    reason
      ? `${names}: served without vLLM, which would be faster: ${reason.why}.`
      : `${names}: served without vLLM, since ${engine} was asked for.`,
  ];
};

/** What a person with a graphics card has to know before the engine has tried it. */
export const graphicsNotes = (
  report: MachineReport,
  gpu: Settings['gpu'],
  engine: EngineName,
  passedOver: readonly ChosenEngine[],
): readonly string[] => {
  if ('notChecked' in report.gpus) {
    return [`Graphics cards were not checked: ${report.gpus.notChecked}.`];
  }
  const gpus = report.gpus.value;
  if (gpus.length === 0 || engine === 'remote') return [];
  if (gpu === 'off' && !isVllm(engine)) {
    return [`The graphics card is left alone (gpu: off): ${gpus.map(named).join(', ')}.`];
  }
  const broken = gpus.filter((one) => one.problem !== undefined);
  const nvidia = gpus.filter((one) => one.vendor === 'nvidia' && one.problem === undefined);
  return [
    ...broken.map((one) => `A graphics card cannot be used as it is: ${named(one)}.`),
    ...withoutVllm(nvidia, engine, passedOver),
  ];
};
