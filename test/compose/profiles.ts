import { join } from 'node:path';
import { resolvePaths } from '../../src/config/paths.ts';
import { type Settings, settings } from '../../src/config/schema.ts';
import { createVllmCompose } from '../../src/engines/vllm-compose/engine.ts';
import type { GpuStyle } from '../../src/machine/gpu-path/styles.ts';
import { probeMachine } from '../../src/machine/probe-machine.ts';
import type { MachineReport } from '../../src/machine/report.ts';
import { gatherCards, offersFor } from '../../src/stack/cards-facts.ts';
import { renderEnv } from '../../src/stack/compose/env-file.ts';
import { vllmImageFor } from '../../src/stack/compose/images.ts';
import { type RenderedStack, renderStack } from '../../src/stack/compose/rendered-stack.ts';
import { stackValues } from '../../src/stack/compose/stack-values.ts';
import { composeTemplate } from '../../src/stack/compose/write-stack.ts';
import { type Launcher, launcherOf } from '../../src/stack/launcher.ts';
import { planStack, type StackPlan } from '../../src/stack/plan.ts';
import { engineModelOf, type ServedNow } from '../../src/stack/served-model.ts';
import { realFiles } from '../../src/system/files.ts';
import { realSystem } from '../../src/system/system.ts';
import { readFixture, recordedMachine } from '../support/recorded-machine.ts';

const packageFolder = join(import.meta.dirname, '../..');

const defaultSettings = Object.fromEntries(
  Object.entries(settings).map(([key, schema]) => [key, schema.parse(undefined)]),
) as Settings;

/** A machine and what somebody wished for on it. */
export interface Profile {
  readonly machine: string;
  readonly settings?: Partial<Settings>;
  readonly style?: GpuStyle;
}

/** What a Compose stack on a machine would be, or the reason why it would be none. */
export type RenderedProfile =
  | { readonly stack: RenderedStack & { readonly env: string; readonly plan: StackPlan } }
  | { readonly reason: string };

const folder = '/home/ada/.local/share/localai/stack';

/** The plan of a profile and the engine that carries it out, with all models on the disk; or why there is none. */
export const planProfile = async (
  profile: Profile,
): Promise<
  | { readonly plan: StackPlan; readonly launcher: Launcher; readonly report: MachineReport }
  | { readonly reason: string }
> => {
  const { system, host } = recordedMachine(readFixture(profile.machine));
  const report = await probeMachine(system, host);
  const wishes = { ...defaultSettings, ...profile.settings };
  const here = realSystem({ HOME: '/home/ada' });
  const launcher = launcherOf(
    await createVllmCompose({
      system: { files: realFiles },
      packageFolder,
      report,
      image: vllmImageFor(report),
      provenStyle: profile.style,
    }),
  );
  const engines = offersFor([launcher], report, wishes);
  const verdict = engines[0]?.probe(report);
  if (!verdict?.usable) return { reason: verdict?.why ?? 'there is no such engine' };
  const signal = new AbortController().signal;
  const options = { system: here, paths: resolvePaths(here), packageFolder, settings: wishes, signal };
  const cards = await gatherCards(options, report, undefined, async () => true);
  const plan = planStack({
    ...{ report, settings: wishes, hostName: 'box', engines, candidates: [], asked: [], kept: [] },
    onDisk: cards?.present ?? new Set(),
    cards,
  });
  return { plan, launcher, report };
};

/** Renders the stack of a profile, as `up` would. */
export const renderProfile = async (profile: Profile): Promise<RenderedProfile> => {
  const planned = await planProfile(profile);
  if ('reason' in planned) return planned;
  const { plan, launcher, report } = planned;
  const here = realSystem({ HOME: '/home/ada' });
  const paths = resolvePaths(here);
  const served = plan.servings.flatMap(({ engine, models: [planned] }): readonly ServedNow[] => {
    if (!planned) return [];
    const { reference, id } = planned;
    const model = { reference, id: id ?? reference, file: '', sha256: undefined, sizeBytes: 0 };
    return [{ engine: engine.name, planned, model: { ...model, source: 'hub' } }];
  });
  const services = served.flatMap(({ planned, model }, index) => {
    const serving = plan.servings[index];
    const launch = serving && launcher.launch(engineModelOf(planned, model), serving.budget);
    return launch?.kind === 'container' ? [launch.service] : [];
  });
  const values = stackValues({
    ...{ system: { env: {}, user: { uid: 1000, gid: 1000 } }, paths, report, app: '0.1.0' },
    ...{ host: plan.gateway.host, port: plan.gateway.port, vllmImage: vllmImageFor(report) },
  });
  const template = await composeTemplate({ ...here, files: realFiles }, packageFolder);
  const stack = renderStack({
    ...{ template, project: 'localai-golden', folder, version: '0.1.0', plan, served, services, values },
  });
  return { stack: { ...stack, env: renderEnv(values), plan } };
};
