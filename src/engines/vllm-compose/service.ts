import { type Document, parseDocument } from 'yaml';
import type { EngineService } from '../engine.ts';
import { engineFileName } from '../engine-file-name.ts';
import { gpuFields } from './gpu-request.ts';
import type { VllmComposeSpec } from './spec.ts';

/** The port that vLLM listens on, inside its network. */
const enginePort = 8000;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Two sets of fields as one; where both have a map, that is merged too. */
const merged = (a: Fields, b: Fields): Fields => {
  const out: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = out[key];
    out[key] = isFields(before) && isFields(value) ? merged(before, value) : value;
  }
  return out;
};

/** The template of a service, checked once when it is read. */
export const parseServiceTemplate = (text: string): Fields => {
  const document: Document = parseDocument(text);
  const found: unknown = document.toJS();
  if (!isFields(found)) throw new Error('templates/compose/vllm.yaml is no map');
  return found;
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const readOnlyFolder = (folder: string): Fields => ({
  type: 'bind',
  source: folder,
  target: folder,
  read_only: true,
});

/** `$` begins a variable in a Compose file; a word that has one means it. */
const literal = (word: string): string => word.replaceAll('$', '$$$$');

const mib = 1024 ** 2;

/** Fills the template for one engine. Pure. */
export const serviceOf = (template: Fields, spec: VllmComposeSpec): EngineService => {
  const { service, modelId, model, folder, flags, sleeps } = spec;
  const cache = { type: 'bind', source: `./cache/${service}`, target: '/cache' };
  const health = isFields(template['healthcheck']) ? template['healthcheck'] : {};
  const body = merged(template, {
    image: `\${VLLM_IMAGE:-${spec.image}}`,
    command: [model, '--host', '0.0.0.0', '--port', String(enginePort), ...flags].map(literal),
    environment: {
      ENGINE_ID: engineFileName(modelId),
      START_LOCK: spec.startLock,
      START_ORDER: String(spec.order),
      // Its sleep routes; they are reached by the gateway alone.
      ...(sleeps ? { VLLM_SERVER_DEV_MODE: '1', ENGINE_SLEEPS: '1' } : {}),
    },
    volumes: [
      ...asList(template['volumes']),
      cache,
      ...(folder === undefined ? [] : [readOnlyFolder(literal(folder))]),
    ],
    shm_size: `${Math.round(spec.sharedMemory / mib)}m`,
    mem_limit: `${Math.floor(spec.memory / mib)}m`,
    healthcheck: { ...health, start_period: `${spec.startPeriod}s` },
  });
  return {
    name: service,
    body: merged(body, gpuFields(spec.gpu)),
    endpoint: { url: `http://${service}:${enginePort}` },
  };
};
