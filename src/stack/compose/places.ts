import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';

/** What lies where in the folder of the Compose stack. */
export interface StackPlaces {
  readonly folder: string;
  readonly composeFile: string;
  /** The user's alone. */
  readonly overrideFile: string;
  readonly envFile: string;
  readonly envExample: string;
  readonly readme: string;
  /** What we wrote into .env last, to tell our values from the user's. */
  readonly envBase: string;
  readonly gatewayFile: string;
  readonly tokenFile: string;
  readonly engineRun: string;
  /** Copies of localai, by version. */
  readonly app: string;
  /** What the gateway of this machine takes for its folder of states. */
  readonly state: string;
  /** In it, the states of the engines, written by engine-run. */
  readonly engineStates: string;
  readonly logs: string;
  /** Compile caches, a folder for each engine. */
  readonly cache: string;
  readonly data: string;
  /** What first starts told us of the models' memory. */
  readonly bootsFile: string;
}

export const stackPlaces = ({ stack }: Pick<Paths, 'stack'>): StackPlaces => ({
  folder: stack,
  composeFile: join(stack, 'compose.yaml'),
  overrideFile: join(stack, 'compose.override.yaml'),
  envFile: join(stack, '.env'),
  envExample: join(stack, '.env.example'),
  readme: join(stack, 'README.md'),
  envBase: join(stack, '.rendered', 'env.json'),
  gatewayFile: join(stack, 'config', 'gateway.yaml'),
  tokenFile: join(stack, 'secrets', 'hf_token'),
  engineRun: join(stack, 'bin', 'engine-run'),
  app: join(stack, 'app'),
  state: join(stack, 'state'),
  engineStates: join(stack, 'state', 'engines'),
  logs: join(stack, 'logs'),
  cache: join(stack, 'cache'),
  data: join(stack, 'data'),
  bootsFile: join(stack, '.rendered', 'boots.json'),
});
