import type { EngineAddress, RemoteEngine } from '../engine.ts';
import type { FoundServer, NoServer } from './read-remote.ts';

/** Where its key is, for `serve` to read. */
type KeyPlace = NonNullable<EngineAddress['key']>;

/** What of a server elsewhere the gateway needs. JSON. */
export interface RemoteSpec {
  readonly url: string;
  readonly key: KeyPlace | undefined;
  /** The name it knows the model by. */
  readonly model: string;
}

export interface RemoteOptions {
  /** Without `/v1` at its end; undefined: none is set. */
  readonly url: string | undefined;
  readonly key: KeyPlace | undefined;
  /** What it was found to be; undefined where nobody asked. */
  readonly found: FoundServer | NoServer | undefined;
}

const whyUsable = (url: string, { kind, version, models }: FoundServer): string => {
  const server = version === undefined ? kind : `${kind} ${version}`;
  return `${server} at ${url}, ${models.length === 1 ? '1 model' : `${models.length} models`}`;
};

/** Any OpenAI-compatible server: Ollama, LM Studio, a vLLM elsewhere. Nothing is started here. */
export const createRemote = ({ url, key, found }: RemoteOptions): RemoteEngine<RemoteSpec> => {
  const models = found && 'models' in found ? found.models : [];
  return {
    name: 'remote',
    weights: 'nothing',
    onlyWhenAsked: true,
    models,
    probe: () => {
      if (url === undefined || !found) {
        return { usable: false, why: 'nothing says where it is: give --url, or set remote.url' };
      }
      if ('problem' in found) return { usable: false, why: `${url}: ${found.problem}` };
      return { usable: true, why: whyUsable(url, found) };
    },
    spec: (model) => ({ url: url ?? '', key, model: model.reference }),
    install: async () => {},
    address: ({ url: at, key: keyPlace, model }) => {
      const contextTokens = models.find(({ id }) => id === model)?.context;
      return {
        endpoint: { url: at },
        ...(keyPlace === undefined ? {} : { key: keyPlace }),
        model,
        ...(contextTokens === undefined ? {} : { contextTokens }),
      };
    },
  };
};
