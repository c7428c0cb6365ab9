import type { RunResult } from '../../system/run.ts';
import type { Observer } from '../observer.ts';
import { onPath } from '../programs.ts';
import type { Gpu } from '../report.ts';
import { mergeCards } from './cards.ts';
import { readDriverFiles } from './driver-files.ts';
import type { NvidiaFacts } from './facts.ts';
import { oldFields, parseQuery, type QueryField, queryFields, refusesField } from './query-csv.ts';
import { parseXml } from './query-xml.ts';
import { smiStateOf } from './smi-state.ts';

/**
 * A driver that nobody keeps awake (no screen, no persistence daemon) takes a second per card to begin, ms. Longer
 * than this and it hangs.
 */
export const smiMs = 4000;

/** Where WSL has it; not on every PATH. */
const wslProgram = '/usr/lib/wsl/lib/nvidia-smi';

const findProgram = async ({ system }: Observer): Promise<string | undefined> => {
  const found = await onPath(system, 'nvidia-smi');
  if (found !== undefined) return found;
  return (await system.files.stat(wslProgram).catch(() => undefined)) ? wslProgram : undefined;
};

const ask = (
  observer: Observer,
  probe: string,
  program: string,
  fields: readonly QueryField[],
): Promise<RunResult> =>
  observer.run(probe, [program, `--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], smiMs);

/** The line form, with fewer fields when the driver is too old for all of them. */
const queryRows = async (observer: Observer, program: string) => {
  const full = await ask(observer, 'nvidia-smi', program, queryFields);
  if (!refusesField(`${full.stdout}${full.stderr}`)) {
    return { result: full, rows: parseQuery(full.stdout, queryFields) };
  }
  const short = await ask(observer, 'nvidia-smi-old', program, oldFields);
  return { result: short, rows: parseQuery(short.stdout, oldFields) };
};

export interface NvidiaProbe {
  /** All but how many cards are on the bus: the bus is asked elsewhere. */
  readonly facts: Omit<NvidiaFacts, 'onBus'>;
  /** The cards that the driver knows. */
  readonly cards: readonly Gpu[];
}

/** Asks NVIDIA's driver through nvidia-smi, in both of its forms, and the kernel about the driver. */
export const probeNvidia = async (observer: Observer): Promise<NvidiaProbe> => {
  const program = await findProgram(observer);
  if (program === undefined) {
    const files = await readDriverFiles(observer);
    const smi = { state: 'absent' as const, problem: null, path: null };
    return { facts: { smi, driverVersion: files.loadedModule, cudaVersion: null, ...files }, cards: [] };
  }
  const [query, xmlResult, files] = await Promise.all([
    queryRows(observer, program),
    observer.run('nvidia-smi-xml', [program, '-q', '-x'], smiMs),
    readDriverFiles(observer),
  ]);
  const xml = parseXml(xmlResult.stdout);
  const cards = mergeCards(query.rows, xml);
  const said = smiStateOf(query.result);
  const answered = said.state === 'answers' && cards.length === 0 ? unreadable : said;
  const smi =
    cards.length > 0 && said.state !== 'answers' ? { state: 'answers' as const, problem: null } : answered;
  const driverVersion = query.rows[0]?.values.driver_version ?? xml?.driverVersion ?? files.loadedModule;
  return {
    facts: { smi: { ...smi, path: program }, driverVersion, cudaVersion: xml?.cudaVersion ?? null, ...files },
    cards: smi.state === 'answers' ? cards : [],
  };
};

const unreadable = { state: 'failed' as const, problem: 'its answer cannot be read' };
