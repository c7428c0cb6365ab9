import { z } from 'zod';
import { refusedWith } from '../ask.ts';
import type { GatewayCheck, Scene } from '../check.ts';
import { must, ok } from '../result.ts';
import { parsed, shaped } from '../shape.ts';
import { modelList } from '../verified-model.ts';

const get = async ({ wire, signal }: Scene, path: string, key?: null): Promise<string> => {
  const { status, text } = await wire.send({ method: 'GET', path, key }, signal);
  must(status === 200, refusedWith(status, text));
  return text;
};

const health: GatewayCheck = {
  id: 'health',
  title: 'the gateway is alive',
  run: async (scene) => {
    const said = parsed(await get(scene, '/health', null), '/health');
    shaped(z.object({ status: z.literal('healthy') }), said, '/health');
    return ok('healthy, without a key');
  },
};

const readiness = z.object({
  status: z.string(),
  models: z.record(z.string(), z.object({ status: z.string(), reason: z.string().optional() })),
});

const ready: GatewayCheck = {
  id: 'ready',
  title: 'a model can answer, and none is broken',
  run: async ({ wire, signal, models }) => {
    const { status, text } = await wire.send({ method: 'GET', path: '/ready', key: null }, signal);
    const said = shaped(readiness, parsed(text, '/ready'), '/ready');
    const named = Object.entries(said.models);
    for (const { id } of models) must(id in said.models, `/ready does not name ${id}`);
    const broken = named.filter(([, model]) => model.status === 'error');
    must(broken.length === 0, broken.map(([id, { reason }]) => `${id}: ${reason ?? 'broken'}`).join('; '));
    must(status === 200, `answered ${status}: ${named.map(([id, one]) => `${id} ${one.status}`).join(', ')}`);
    return ok(named.map(([id, one]) => `${id} ${one.status}`).join(', '));
  },
};

const models: GatewayCheck = {
  id: 'models',
  title: 'models are listed with what clients look for',
  run: async (scene) => {
    const { data } = shaped(
      modelList,
      parsed(await get(scene, '/v1/models'), '/v1/models'),
      'the list of models',
    );
    const ids = data.map(({ id }) => id);
    must(new Set(ids).size === ids.length, `an id is there twice: ${ids.join(', ')}`);
    const words = data.map(({ id, context_window: window }) => (window ? `${id} (${window} tokens)` : id));
    return ok(words.join(', '));
  },
};

/** The scripts and styles that a page loads from its own address. */
const assetsOf = (page: string): readonly string[] =>
  [...page.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="(\.?\/[^"/][^"]*)"/g)].map(([, path = '']) =>
    path.replace(/^\./, ''),
  );

const ui: GatewayCheck = {
  id: 'ui',
  title: 'the web page loads, with its scripts and styles',
  run: async (scene) => {
    const { wire, signal } = scene;
    const page = await wire.send({ method: 'GET', path: '/', key: null }, signal);
    must(page.status === 200, refusedWith(page.status, page.text));
    must(/^text\/html/.test(String(page.headers['content-type'])), 'the page is no HTML');
    const assets = assetsOf(page.text);
    for (const path of assets) {
      const { status, text } = await wire.send({ method: 'GET', path, key: null }, signal);
      must(status === 200, `${path}: ${status}`);
      must(text !== '' && !text.startsWith('<!'), `${path} is empty or another page`);
    }
    const title = /<title>([^<]*)<\/title>/.exec(page.text)?.[1] ?? 'without a title';
    return ok(`"${title}" and ${assets.length} files`);
  },
};

/** Runs first: without these the others mean little. */
export const gatewayChecks: readonly GatewayCheck[] = [health, ready, models, ui];
