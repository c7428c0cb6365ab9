import type { GatewayConfig } from '../api/gateway-config.ts';
import { ensureOwnerKey } from '../config/keys.ts';
import { failure } from '../errors.ts';
import { type Applied, writeApplied } from './applied.ts';
import { engineStep, type FetchOptions, modelStep } from './fetch-steps.ts';
import { hashOf, renderGatewayFile } from './gateway-file.ts';
import type { ObservedModel } from './observe.ts';
import type { Obtained } from './obtain-model.ts';
import { planChanges } from './plan-changes.ts';
import type { StackRecord } from './record.ts';
import { engineModelOf, gatewayConfigOf } from './served-model.ts';
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

/** The steps of `up` over a plan, and what they came to once they are done. */
export const applyPlan = (
  options: ApplyOptions,
): { readonly steps: readonly Step[]; readonly result: () => ApplyResult } => {
  const { system, paths, plan, launcher, previous, running } = options;
  let obtained: Obtained | undefined;
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
      const { planned, model: local, steppedDown } = need(obtained);
      const engineModel = engineModelOf(planned, local);
      const command = launcher.command(engineModel, plan.budget);
      const config = gatewayConfigOf(plan, planned, engineModel, command, paths);
      const text = renderGatewayFile(config);
      const applied: Applied = {
        schemaVersion: 1,
        version: options.version,
        plan,
        planned,
        model: local,
        steppedDown: planned.reference === previous?.planned.reference ? previous.steppedDown : steppedDown,
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
    title: 'Loading the model',
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
    engineStep(options),
    modelStep(options, (found) => {
      obtained = found;
    }),
  ];
  return { steps: [address, ...fetching, settings, server, loading], result: () => need(result) };
};
