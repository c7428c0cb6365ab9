import type { GatewayConfig } from '../../api/gateway-config.ts';
import { ensureOwnerKey } from '../../config/keys.ts';
import { failure } from '../../errors.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { Applied } from '../applied.ts';
import { writeApplied } from '../applied.ts';
import { type FetchOptions, launcherFor, modelSteps } from '../fetch-steps.ts';
import { hashOf } from '../gateway-file.ts';
import type { Launcher } from '../launcher.ts';
import type { ObservedModel } from '../observe.ts';
import type { Obtained } from '../obtain-model.ts';
import type { StackPlan } from '../plan.ts';
import { planChanges } from '../plan-changes.ts';
import { readRunning } from '../record.ts';
import { engineModelOf, type ServedNow } from '../served-model.ts';
import { checkPort } from '../start-server.ts';
import type { Step } from '../step.ts';
import { stopServer } from '../stop-server.ts';
import { readBoots } from './boots.ts';
import { clearStates } from './clean-sheet.ts';
import { foreignFolder, stackContainers } from './containers.ts';
import { compose, type StackAddress } from './docker.ts';
import { gpuPathStep } from './gpu-path-step.ts';
import { missingImages, pullImage, vllmImageFor } from './images.ts';
import { copyName, copyOwn, removeOldCopies } from './own-copy.ts';
import { stackPlaces } from './places.ts';
import { type ComposeRecord, projectOf, readComposeRecord, seemsUp, writeComposeRecord } from './record.ts';
import { publishedAt, renderStack } from './rendered-stack.ts';
import { stackValues } from './stack-values.ts';
import { bootKeys, tunedBudget } from './tuned-flags.ts';
import type { StackEnv } from './variables.ts';
import { waitStack } from './wait-stack.ts';
import { composeTemplate, type SettledEnv, settleEnv, writeStack } from './write-stack.ts';

export interface ApplyStackOptions extends FetchOptions {
  readonly version: string;
  readonly report: MachineReport;
  readonly previous: Applied | undefined;
  /** False: the gateway is enough, models may still load. */
  readonly waitForModels: boolean;
  /** Called once nothing is changed any more; what follows is waiting. */
  readonly onServing: () => Promise<void>;
  /** Engines made anew, once it was found out how a container gets the card. */
  readonly launchersAgain: () => Promise<readonly Launcher[]>;
}

export interface ApplyStackResult {
  readonly applied: Applied;
  readonly config: GatewayConfig;
  readonly record: Pick<ComposeRecord, 'gateway'>;
  readonly how: 'unchanged' | 'started' | 'restarted';
  readonly changes: readonly string[];
  /** As they were when we stopped waiting; empty when we did not wait. */
  readonly models: readonly ObservedModel[];
}

/** What earlier steps found out for later ones. */
interface Found {
  env?: SettledEnv;
  planned?: StackEnv;
  record?: ComposeRecord | undefined;
  written?: { readonly applied: Applied; readonly config: GatewayConfig };
  result?: ApplyStackResult;
}

const need = <T>(value: T | undefined): T => {
  if (value === undefined) throw failure('BUG', { problem: 'a step of `up` ran before the one it needs' });
  return value;
};

/** The gateway answers within seconds, s. */
const gatewaySeconds = 60;

/** The steps of `up` for the Compose stack, and what they came to once they are done. */
export const applyStack = (
  options: ApplyStackOptions,
): { readonly steps: readonly Step[]; readonly result: () => ApplyStackResult } => {
  const { system, paths, plan, packageFolder, version, report, previous, say } = options;
  const places = stackPlaces(paths);
  const project = projectOf(paths);
  const vllmImage = vllmImageFor(report);
  const obtained: Obtained[] = [];
  const found: Found = {};

  const stack = (): StackAddress => {
    const { host, port } = publishedAt(need(found.env).values);
    return { folder: places.folder, project, host, port };
  };

  /** The plan with what the engines themselves found at their last start. */
  const tunedPlan = async (): Promise<StackPlan> => {
    const boots = await readBoots(system, places.bootsFile);
    const running = (await stackContainers(system, stack())) ?? [];
    const servings = plan.servings.map((serving, index) => {
      const { planned, model } = need(obtained[index]);
      const id = planned.id ?? model.id;
      const place = previous?.served.findIndex((one) => (one.planned.id ?? one.model.id) === id) ?? -1;
      const runs = running.length > 0 && place >= 0 ? previous?.plan.servings[place]?.budget : undefined;
      return { ...serving, budget: tunedBudget(serving.budget, boots[id], runs) };
    });
    return { ...plan, servings };
  };

  const address: Step = {
    title: `Address ${plan.gateway.host}:${plan.gateway.port}`,
    run: async (progress) => {
      found.record = await readComposeRecord(system, paths);
      const app = await copyName(system, packageFolder, version);
      const { host, port } = plan.gateway;
      found.planned = stackValues({ system, paths, report, app, host, port, vllmImage });
      found.env = await settleEnv(system, places, found.planned);
      for (const { name, kept, planned } of found.env.kept) {
        say(
          `.env of the stack stays as you changed it: ${name}=${kept} (the plan says ${planned || 'nothing'}).`,
        );
      }
      const at = publishedAt(found.env.values);
      progress.title(`Address ${at.host}:${at.port}`);
      const foreign = await foreignFolder(system, stack());
      if (foreign !== undefined) throw failure('STACK_FOREIGN', { project, folder: foreign });
      const onHost = await readRunning(system, paths);
      const { record } = found;
      const live = onHost ?? (record && (await seemsUp(system, record)) ? record : undefined);
      if (live?.gateway.host !== at.host || live.gateway.port !== at.port) await checkPort(system, at);
    },
  };

  const images: Step = {
    title: 'Images',
    run: async (progress, signal) => {
      const { NODE_IMAGE, VLLM_IMAGE } = need(found.env).values;
      const missing = await missingImages(system, [NODE_IMAGE, VLLM_IMAGE]);
      if (missing.length === 0) progress.skip('here already');
      for (const image of missing) await pullImage(system, stack(), image, progress, signal);
    },
  };

  const card: Step = {
    ...gpuPathStep(system, paths, report, vllmImage),
    run: async (progress, signal) => {
      const { VLLM_IMAGE } = need(found.env).values;
      await gpuPathStep(system, paths, report, VLLM_IMAGE).run(progress, signal);
    },
  };

  const files: Step = {
    title: 'API key and the files of the stack',
    run: async () => {
      await ensureOwnerKey(system, paths);
      const env = need(found.env);
      const launchers = await options.launchersAgain();
      const served = plan.servings.map((serving, index): ServedNow => {
        const { planned, model } = need(obtained[index]);
        return { engine: serving.engine.name, planned, model };
      });
      const tuned = await tunedPlan();
      const services = tuned.servings.map((serving, index) => {
        const { planned, model } = need(served[index]);
        const launch = launcherFor({ launchers }, serving).launch(
          engineModelOf(planned, model),
          serving.budget,
        );
        if (launch.kind === 'container') return launch.service;
        throw failure('BUG', { problem: `${serving.engine.name} is no container` });
      });
      await copyOwn(system, packageFolder, places.app, env.values.LOCALAI_VERSION);
      const template = await composeTemplate(system, packageFolder);
      const rendered = renderStack({
        ...{ template, project, folder: places.folder, version, plan: tuned, served, services },
        values: env.values,
      });
      await writeStack(system, packageFolder, places, {
        ...{ compose: rendered.compose, env, planned: need(found.planned), gateway: rendered.gateway },
        url: publishedAt(env.values).url,
        services: services.map(({ name }) => name),
      });
      const applied: Applied = {
        ...{ schemaVersion: 2, version, plan: tuned, served },
        steppedDown: obtained.flatMap(({ steppedDown }) => steppedDown),
        configHash: hashOf(`${rendered.compose}\n${rendered.gateway}`),
      };
      await writeApplied(system, paths, applied);
      found.written = { applied, config: rendered.config };
    },
  };

  const start: Step = {
    title: 'Containers',
    run: async (progress, signal) => {
      const { applied, config } = need(found.written);
      // What runs on the host makes way as late as possible.
      if (await stopServer(system, paths)) say('What ran on the host was stopped.');
      const before = (await stackContainers(system, stack())) ?? [];
      const at = publishedAt(need(found.env).values);
      const record: ComposeRecord = {
        ...{ schemaVersion: 1, version, project, folder: places.folder, gateway: at },
        configHash: applied.configHash,
        startedAt: found.record?.startedAt ?? system.clock.now(),
      };
      await writeComposeRecord(system, paths, record);
      await clearStates(system, stack(), places, config.models, before);
      progress.status('starting the gateway, then the engines');
      await compose(
        system,
        stack(),
        ['up', '--detach', '--remove-orphans', '--no-build', '--pull', 'never'],
        {
          signal,
          onLine: (line) => progress.status(line.trim().slice(0, 100)),
        },
      );
      const after = (await stackContainers(system, stack())) ?? [];
      const ids = new Set(before.map(({ id }) => id));
      const fresh = after.filter(({ id }) => !ids.has(id)).map(({ service }) => service);
      const how = before.length === 0 ? 'started' : fresh.length === 0 ? 'unchanged' : 'restarted';
      const changes =
        how === 'restarted'
          ? [
              `new containers: ${fresh.join(', ')}`,
              ...(previous?.plan.stack === 'compose' ? planChanges(previous, applied) : []),
            ]
          : [];
      await removeOldCopies(system, places.app, need(found.env).values.LOCALAI_VERSION);
      found.result = { applied, config, record, how, changes, models: [] };
    },
  };

  const gateway: Step = {
    title: 'Gateway',
    run: async (_progress, signal) => {
      const { url } = need(found.result).record.gateway;
      const until = system.clock.monotonic() + gatewaySeconds * 1000;
      while ((await system.net.local({ url }, '/health', 2000))?.status !== 200) {
        if (system.clock.monotonic() > until) {
          throw failure('START_FAILED', { problem: `the gateway does not answer at ${url}` });
        }
        await system.clock.sleep(300, signal);
      }
      await options.onServing();
    },
  };

  const loading: Step = {
    title: plan.servings.length > 1 ? 'Loading the models' : 'Loading the model',
    run: async (progress, signal) => {
      const result = need(found.result);
      if (!options.waitForModels) {
        progress.skip('not waited for');
        return;
      }
      const keys = bootKeys(result.applied);
      const models = await waitStack(system, stack(), places, result.config.models, keys, progress, signal);
      found.result = { ...result, models };
    },
  };

  const models = modelSteps(options, (one, index) => {
    obtained[index] = one;
  });
  const steps = [address, images, ...models, card, files, start, gateway, loading];
  return { steps, result: () => need(found.result) };
};
