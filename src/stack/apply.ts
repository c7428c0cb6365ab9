import type { GatewayConfig } from '../api/gateway-config.ts';
import { ensureOwnerKey } from '../config/keys.ts';
import { failure } from '../errors.ts';
import { type Applied, writeApplied } from './applied.ts';
import { engineSteps, type FetchOptions, launcherFor, modelSteps } from './fetch-steps.ts';
import { hashOf, renderGatewayFile } from './gateway-file.ts';
import type { ObservedModel } from './observe.ts';
import type { Obtained } from './obtain-model.ts';
import { planChanges } from './plan-changes.ts';
import type { StackRecord } from './record.ts';
import { engineModelOf, gatewayConfigOf, type ServedNow, servedModelOf } from './served-model.ts';
import { checkPort, startServer } from './start-server.ts';
import type { Step } from './step.ts';
import { stopServer } from './stop-server.ts';
import { waitReady } from './wait-ready.ts';

export interface ApplyOptions extends FetchOptions {
  readonly version: string;
  /** The program that `serve` is started with. */
  readonly program: string;
  /** What the last `up` came to, and the server that runs now. */
  readonly previous: Applied | undefined;
  readonly running: StackRecord | undefined;
  /** False: the gateway is enough, models may still load. */
  readonly waitForModels: boolean;
  /** Called once nothing is changed any more; what follows is waiting. */
  readonly onServing: () => Promise<void>;
}

export interface ApplyResult {
  readonly applied: Applied;
  readonly config: GatewayConfig;
  readonly record: StackRecord;
  readonly how: 'unchanged' | 'started' | 'restarted';
  /** What differed from what ran, a line each. */
  readonly changes: readonly string[];
  /** As they were when we stopped waiting; empty when we did not wait. */
  readonly models: readonly ObservedModel[];
}

const changesFrom = (
  previous: Applied | undefined,
  running: StackRecord,
  applied: Applied,
): readonly string[] =>
  previous?.configHash === running.configHash
    ? planChanges(previous, applied)
    : ['what runs was not started by the last `up`'];

/** What the last `up` came to, when it was the same models. */
const sameModels = (previous: Applied | undefined, served: readonly ServedNow[]): Applied | undefined => {
  const references = (all: readonly ServedNow[]): string =>
    all.map(({ planned }) => planned.reference).join();
  return previous && references(previous.served) === references(served) ? previous : undefined;
};

/** The steps of `up` over a plan, and what they came to once they are done. */
export const applyPlan = (
  options: ApplyOptions,
): { readonly steps: readonly Step[]; readonly result: () => ApplyResult } => {
  const { system, paths, plan, previous, running } = options;
  const obtained: Obtained[] = [];
  let written: { readonly applied: Applied; readonly config: GatewayConfig } | undefined;
  let result: ApplyResult | undefined;

  const need = <T>(value: T | undefined): T => {
    if (value === undefined) throw failure('BUG', { problem: 'a step of `up` ran before the one it needs' });
    return value;
  };

  const address: Step = {
    title: `Address ${plan.gateway.host}:${plan.gateway.port}`,
    run: async () => {
      const { host, port } = plan.gateway;
      const ours = running?.gateway.host === host && running.gateway.port === port;
      if (!ours) await checkPort(system, { host, port });
    },
  };

  const settings: Step = {
    title: 'API key and gateway.yaml',
    run: async () => {
      await ensureOwnerKey(system, paths);
      const entries = plan.servings.map((serving, index) => {
        const { planned, model } = need(obtained[index]);
        const now: ServedNow = { engine: serving.engine.name, planned, model };
        const launch = launcherFor(options, serving).launch(engineModelOf(planned, model), serving.budget);
        return { now, entry: servedModelOf(now, serving.budget.contextTokens, launch, serving.turns) };
      });
      const config = gatewayConfigOf(
        plan,
        entries.map(({ entry }) => entry),
        { keysFile: paths.keysFile, stateFolder: paths.state, logsFolder: paths.logs },
      );
      const served = entries.map(({ now }) => now);
      const same = sameModels(previous, served);
      const text = renderGatewayFile(config);
      const applied: Applied = {
        schemaVersion: 2,
        version: options.version,
        plan,
        served,
        steppedDown: same ? same.steppedDown : obtained.flatMap(({ steppedDown }) => steppedDown),
        configHash: hashOf(text),
      };
      await system.files.writeAtomic(paths.gatewayFile, text, 0o600);
      await writeApplied(system, paths, applied);
      written = { applied, config };
    },
  };

  const server: Step = {
    title: 'Server',
    run: async (progress, signal) => {
      const { applied, config } = need(written);
      if (running?.configHash === applied.configHash && running.version === applied.version) {
        progress.skip('runs as planned already');
        result = { applied, config, record: running, how: 'unchanged', changes: [], models: [] };
        return;
      }
      const changes = running ? changesFrom(previous, running, applied) : [];
      for (const change of changes) options.say(`Restarting: ${change}`);
      progress.status(running ? 'stopping what runs' : 'looking for what an earlier one left');
      const stopped = await stopServer(system, paths);
      progress.status('starting');
      const record = await startServer(system, paths, options.program, config.listen, signal);
      const how = stopped ? 'restarted' : 'started';
      result = { applied, config, record, how, changes, models: [] };
    },
  };

  const loading: Step = {
    title: plan.servings.length > 1 ? 'Loading the models' : 'Loading the model',
    run: async (progress, signal) => {
      await options.onServing();
      const served = need(result);
      if (!options.waitForModels) {
        progress.skip('not waited for');
        return;
      }
      const models = await waitReady(
        system,
        served.record,
        served.config.models,
        served.config.stateFolder,
        (seen) => {
          const busy = seen.find(({ state }) => state !== 'ready');
          if (busy) progress.status(busy.fault?.message ?? busy.phase ?? busy.state);
        },
        signal,
      );
      result = { ...served, models };
    },
  };

  const fetching = [
    ...engineSteps(options),
    ...modelSteps(options, (found, index) => {
      obtained[index] = found;
    }),
  ];
  return { steps: [address, ...fetching, settings, server, loading], result: () => need(result) };
};
