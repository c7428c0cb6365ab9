import { failure, reason } from '../errors.ts';
import type { MachineReport } from '../machine/report.ts';
import type { System } from '../system/system.ts';
import type { DoctorFacts, LocalFacts } from './facts.ts';

/**
 * What `--report` writes: the machine's report, and beside it what localai itself found there. A file with the machine
 * alone is read as well, and so is the output of `doctor --json`.
 */
interface ReportFile extends MachineReport {
  readonly local?: LocalFacts;
}

const schemaVersion = 1;

/** Names of people and their folders are nobody's business. */
const withoutHome = (text: string, { home }: System): string =>
  home.length > 1 ? text.replaceAll(home, '~') : text;

/** Writes everything that was found, for another machine to read. */
export const writeReport = async (system: System, path: string, facts: DoctorFacts): Promise<void> => {
  const file: ReportFile = { ...facts.machine, ...(facts.local ? { local: facts.local } : {}) };
  await system.files.writeAtomic(path, `${withoutHome(JSON.stringify(file, undefined, 2), system)}\n`, 0o600);
};

interface AnyReport {
  readonly schemaVersion?: unknown;
  readonly machine?: unknown;
}

/** A few fields by which a report is known; their insides are written by us alone. */
const isMachine = (value: unknown): value is ReportFile => {
  const report = value as Partial<MachineReport> | null;
  return (
    typeof report === 'object' &&
    typeof report?.platform === 'string' &&
    [report.system, report.memory, report.gpus, report.nvidia, report.docker, report.evidence].every(
      (part) => typeof part === 'object' && part !== null,
    )
  );
};

/** Reads a report of another machine. Throws REPORT_UNUSABLE and FILE_TOO_NEW. */
export const readReport = async (system: System, path: string): Promise<DoctorFacts> => {
  const text = await system.files.readText(path);
  if (text === undefined) throw failure('REPORT_UNUSABLE', { file: path, problem: 'there is no such file' });
  let found: AnyReport | null;
  try {
    found = JSON.parse(text) as AnyReport | null;
  } catch (caught) {
    throw failure('REPORT_UNUSABLE', { file: path, problem: reason(caught) }, caught);
  }
  const version = found?.schemaVersion;
  if (typeof version === 'number' && version > schemaVersion) {
    throw failure('FILE_TOO_NEW', { file: path, found: version, known: schemaVersion });
  }
  const report = found?.machine ?? found;
  if (!isMachine(report)) {
    throw failure('REPORT_UNUSABLE', { file: path, problem: 'it is no report of `doctor --report`' });
  }
  const { local, ...machine } = report;
  return { machine, local };
};
