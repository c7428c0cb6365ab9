import type { GatewayConfig } from '../api/gateway-config.ts';
import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { readGatewayFile } from './gateway-file.ts';
import type { ObservedModel } from './observe.ts';
import type { StackRecord } from './record.ts';
import { findServer } from './running.ts';
import { startServer } from './start-server.ts';
import type { Step } from './step.ts';
import { stopServer } from './stop-server.ts';
import { waitReady } from './wait-ready.ts';

/** The steps that stop the server and start it again on the same gateway.yaml. Throws NOT_RUNNING. */
export const restartSteps = async (
  system: System,
  paths: Paths,
  program: string,
  onServing: (record: StackRecord, config: GatewayConfig) => Promise<void>,
): Promise<readonly Step[]> => {
  const file = await readGatewayFile(system, paths.gatewayFile);
  if (!file || !(await findServer(system, paths))) throw failure('NOT_RUNNING', {});
  const { config } = file;
  let record: StackRecord | undefined;
  return [
    {
      title: 'Stopping',
      run: async () => {
        await stopServer(system, paths);
      },
    },
    {
      title: 'Server',
      run: async (_progress, signal) => {
        record = await startServer(system, paths, program, config.listen, signal);
        await onServing(record, config);
      },
    },
    {
      title: 'Loading the model',
      run: async (progress, signal) => {
        if (!record) return;
        const onChange = (seen: readonly ObservedModel[]): void =>
          progress.status(seen.find(({ state }) => state !== 'ready')?.phase ?? 'ready');
        await waitReady(system, record, config.models, config.stateFolder, onChange, signal);
      },
    },
  ];
};
