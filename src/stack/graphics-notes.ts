import type { Settings } from '../config/schema.ts';
import type { Gpu, MachineReport } from '../machine/report.ts';

const named = ({ name, problem }: Gpu): string => (problem ? `${name}: ${problem}` : name);

/** What a person with a graphics card has to know before the engine has tried it. */
export const graphicsNotes = (report: MachineReport, gpu: Settings['gpu']): readonly string[] => {
  if ('notChecked' in report.gpus) {
    return [`Graphics cards were not checked: ${report.gpus.notChecked}.`];
  }
  const gpus = report.gpus.value;
  if (gpus.length === 0) return [];
  if (gpu === 'off') return [`The graphics card is left alone (gpu: off): ${gpus.map(named).join(', ')}.`];
  const broken = gpus.filter((one) => one.problem !== undefined);
  const nvidia = gpus.filter((one) => one.vendor === 'nvidia' && one.problem === undefined);
  return [
    ...broken.map((one) => `A graphics card cannot be used as it is: ${named(one)}.`),
    ...(nvidia.length === 0
      ? []
      : [
          `${nvidia.map(named).join(', ')}: this version of localai has no vLLM yet and serves with the embedded engine, on the card when it can.`,
        ]),
  ];
};
