import { z } from 'zod';
import type { System } from '../../system/system.ts';
import { runCompose, runDocker, type StackAddress } from './docker.ts';

const container = z.object({
  ID: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string().default(''),
  ExitCode: z.number().default(0),
});

/** One container of the stack, as Docker has it. */
export interface StackContainer {
  readonly id: string;
  readonly service: string;
  /** `running`, `exited`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`; empty where nothing checks. */
  readonly health: string;
  readonly exitCode: number;
}

const parsed = (text: string): readonly unknown[] => {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  // A list up to Compose 2.20, a line for each from then on.
  if (trimmed.startsWith('[')) return JSON.parse(trimmed) as unknown[];
  return trimmed.split('\n').map((line): unknown => JSON.parse(line));
};

/** The containers of a stack, whatever they do. Undefined where Docker does not say. */
export const stackContainers = async (
  system: System,
  stack: Pick<StackAddress, 'folder' | 'project'>,
): Promise<readonly StackContainer[] | undefined> => {
  const result = await runCompose(system, stack, ['ps', '--all', '--format', 'json'], { timeoutMs: 20_000 });
  if (!result.ok) return undefined;
  try {
    return parsed(result.stdout).map((one) => {
      const {
        ID: id,
        Service: service,
        State: state,
        Health: health,
        ExitCode: exitCode,
      } = container.parse(one);
      return { id, service, state, health, exitCode };
    });
  } catch {
    return undefined;
  }
};

/** What of a project is still in Docker: its containers and networks, by name. */
export const whatIsLeft = async (system: System, project: string): Promise<readonly string[]> => {
  const mark = ['--filter', `label=com.docker.compose.project=${project}`];
  const [containers, networks] = await Promise.all([
    runDocker(system, ['ps', '--all', ...mark, '--format', '{{.Names}}'], { timeoutMs: 20_000 }),
    runDocker(system, ['network', 'ls', ...mark, '--format', '{{.Name}}'], { timeoutMs: 20_000 }),
  ]);
  const names = (text: string): readonly string[] => text.split('\n').filter((name) => name.trim() !== '');
  return [
    ...names(containers.stdout).map((name) => `container ${name}`),
    ...names(networks.stdout).map((name) => `network ${name}`),
  ];
};

const projects = z.array(z.looseObject({ Name: z.string(), ConfigFiles: z.string().default('') }));

/** The folder of another stack that has this project's name; undefined when there is none. */
export const foreignFolder = async (
  system: System,
  { folder, project }: Pick<StackAddress, 'folder' | 'project'>,
): Promise<string | undefined> => {
  const result = await runDocker(system, ['compose', 'ls', '--all', '--format', 'json'], {
    timeoutMs: 20_000,
  });
  if (!result.ok) return undefined;
  const found = projects.safeParse(JSON.parse(result.stdout.trim() || '[]'));
  const other = found.data?.find(({ Name }) => Name === project)?.ConfigFiles;
  return other === undefined || other === '' || other.startsWith(`${folder}/`) ? undefined : other;
};
