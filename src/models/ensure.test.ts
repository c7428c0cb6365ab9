import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request as forward, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import {
  bytesArrived,
  type FakeFile,
  type FakeRepo,
  gitName,
  sha256,
  startHub,
} from '../../test/fakes/hub.ts';
import { ggufFile, plainLlama } from '../../test/support/gguf-file.ts';
import { type ModelWorld, modelWorld } from '../../test/support/model-world.ts';
import { isFailure, type LocalaiError } from '../errors.ts';
import { ensureModel, type FetchProgress, findModel } from './ensure.ts';
import { readManifest } from './manifest/manifest.ts';
import type { LocalModel } from './model.ts';
import { parseReference } from './reference.ts';

const repo = 'org/tiny-GGUF';
const model = ggufFile(plainLlama, 50_000);
const commit = 'c'.repeat(40);
const packageFolder = '/nowhere';
const never = new AbortController().signal;

const large = (content: Buffer, more: Partial<FakeFile> = {}): FakeFile => ({
  content,
  large: true,
  ...more,
});
const one = (more: Partial<FakeFile> = {}, rest: Partial<FakeRepo> = {}): Record<string, FakeRepo> => ({
  [repo]: { files: { 'tiny-Q8_0.gguf': large(model, more) }, ...rest },
});

interface Told {
  readonly lines: string[];
  readonly steps: Parameters<FetchProgress>[0][];
}

const ensure = (
  world: ModelWorld,
  reference: string,
  told: Told = { lines: [], steps: [] },
  signal = never,
) =>
  ensureModel(world.system, world.paths, parseReference(reference, world.home), {
    packageFolder,
    signal,
    say: (line) => told.lines.push(line),
    onProgress: (step) => {
      told.steps.push(step);
      bytesArrived(step.doneBytes);
    },
  });

const find = (world: ModelWorld, reference: string): Promise<LocalModel | undefined> =>
  findModel(world.system, world.paths, parseReference(reference, world.home), packageFolder);

const faultOf = async (work: Promise<unknown>): Promise<LocalaiError> => {
  const caught = await work.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (isFailure(caught)) return caught;
  throw caught ?? new Error('no fault');
};

const folderOf = (world: ModelWorld, id = repo): string =>
  join(world.paths.modelCache, `models--${id.replace('/', '--')}`);

test('downloads into the layout of huggingface_hub, and has nothing to do the second time', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const told: Told = { lines: [], steps: [] };
  const local = await ensure(world, repo, told);

  const folder = folderOf(world);
  const link = join(folder, 'snapshots', commit, 'tiny-Q8_0.gguf');
  expect(local).toEqual({
    reference: `hf:${repo}`,
    id: 'tiny',
    file: link,
    sha256: sha256(model),
    sizeBytes: model.byteLength,
    source: 'hub',
  });
  expect(readlinkSync(link)).toBe(`../../blobs/${sha256(model)}`);
  expect(readFileSync(link)).toEqual(model);
  expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe(commit);
  expect(readdirSync(join(folder, 'blobs'))).toEqual([sha256(model)]);
  expect(told.lines).toEqual([expect.stringMatching(/^201 kB to fetch into .*, \S+ \S+ free there\.$/)]);
  expect(told.steps[0]).toMatchObject({ phase: 'looking' });
  expect(told.steps.at(-1)).toMatchObject({ doneBytes: model.byteLength, totalBytes: model.byteLength });

  const before = hub.seen.length;
  expect(await ensure(world, repo)).toEqual(local);
  expect(hub.seen.length).toBe(before);
  expect(await readManifest(world.system, world.paths)).toMatchObject([
    { reference: `hf:${repo}`, id: 'tiny', source: 'hub', commit, files: [{ path: link, ours: true }] },
  ]);
});

test('the token goes to the hub alone, not to the machine that it redirects to', async () => {
  await using hub = await startHub(one({}, { token: 'hf_secret' }));
  using world = modelWorld({ HF_ENDPOINT: `${hub.url}/`, HF_TOKEN: ' hf_secret\n' });
  await ensure(world, repo);
  const toHub = hub.seen.filter(({ host }) => host === 'hub');
  const toStorage = hub.seen.filter(({ host }) => host === 'storage');
  expect(toHub.map(({ authorization }) => authorization)).toEqual(['Bearer hf_secret', 'Bearer hf_secret']);
  expect(toStorage.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test.each<[string, (world: ModelWorld) => Record<string, string>]>([
  ['HF_TOKEN_PATH', ({ home }) => ({ HF_TOKEN_PATH: join(home, 'secret') })],
  ['HF_HOME/token', ({ home }) => ({ HF_HOME: join(home, 'hf') })],
  ['~/.cache/huggingface/token', () => ({})],
  ['XDG_CACHE_HOME', ({ home }) => ({ XDG_CACHE_HOME: join(home, 'cache') })],
])('a token is read from %s', async (_name, more) => {
  await using hub = await startHub(one({}, { token: 'hf_file' }));
  using home = modelWorld();
  const extra = more(home);
  const { HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = extra;
  const cache = XDG_CACHE_HOME ?? join(home.home, '.cache');
  const file = HF_TOKEN_PATH ?? join(HF_HOME ?? join(cache, 'huggingface'), 'token');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'hf_file\n');
  using world = modelWorld({ HF_ENDPOINT: hub.url, ...extra, HOME: home.home });
  await expect(ensure(world, repo)).resolves.toMatchObject({ id: 'tiny' });
});

test('HF_HUB_DISABLE_IMPLICIT_TOKEN keeps the token at home', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_x', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' });
  await ensure(world, repo);
  expect(hub.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
});

test('what the hub refuses is told apart, with what to do', async () => {
  const files = { 'a.gguf': large(model) };
  await using hub = await startHub({
    'org/gated': { files, gated: true, token: 'hf_yes' },
    'org/private': { files, token: 'hf_yes' },
    [repo]: { files },
  });
  using without = modelWorld({ HF_ENDPOINT: hub.url });
  using other = modelWorld({ HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_other' });
  using odd = modelWorld({ HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_\u0433' });

  const gated = await faultOf(ensure(without, 'org/gated'));
  expect(gated.code).toBe('HUB_GATED');
  expect(gated.hint).toContain(`${hub.url}/org/gated`);
  expect(gated.hint).toContain('export HF_TOKEN=hf_');
  expect(await faultOf(ensure(other, 'org/gated'))).toMatchObject({ code: 'HUB_GATED' });
  expect(await faultOf(ensure(without, 'org/private'))).toMatchObject({
    code: 'HUB_NOT_FOUND',
    hint: expect.stringContaining('private'),
  });
  const token = await faultOf(ensure(other, 'org/private'));
  expect(token.code).toBe('HUB_TOKEN');
  expect(token.hint).toContain(`${hub.url}/settings/tokens`);
  expect(await faultOf(ensure(odd, 'org/private'))).toMatchObject({ code: 'HUB_TOKEN' });
  expect(await faultOf(ensure(without, 'org/none'))).toMatchObject({
    code: 'HUB_NOT_FOUND',
    message: 'The hub has no model org/none.',
  });
  expect(await faultOf(ensure(without, `${repo}@v9`))).toMatchObject({
    message: `The hub has no revision "v9" of ${repo}.`,
  });
  expect(await faultOf(ensure(without, `hf:${repo}/b.gguf`))).toMatchObject({
    code: 'HUB_NOT_FOUND',
    message: expect.stringContaining('but a.gguf'),
  });
});

test('a cut connection is taken up where it was cut, in the same run', async () => {
  const half = Math.floor(model.byteLength / 2);
  await using hub = await startHub(one({ trouble: [{ kind: 'cut', afterBytes: half }] }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const local = await ensure(world, repo);
  expect(readFileSync(local.file)).toEqual(model);
  const ranges = hub.seen.filter(({ host }) => host === 'storage').map(({ range }) => range);
  expect(ranges).toEqual([undefined, `bytes=${half}-`]);
});

test('a connection that is cut time and again is enough as long as it gets further each time', async () => {
  const step = Math.ceil(model.byteLength / 8);
  const trouble = Array.from({ length: 7 }, () => ({ kind: 'cut', afterBytes: step }) as const);
  await using hub = await startHub(one({ trouble }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
});

test('a server that always cuts at once is given up; the next run goes on from there', async () => {
  const trouble = Array.from(
    { length: 5 },
    (_, index) => ({ kind: 'cut', afterBytes: index === 0 ? 1000 : 0 }) as const,
  );
  const files = { 'tiny-Q8_0.gguf': large(model, { trouble }) };
  await using hub = await startHub({ [repo]: { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const fault = await faultOf(ensure(world, repo));
  expect(fault).toMatchObject({ code: 'DOWNLOAD_CUT', exitCode: 4 });
  expect(fault.message).toContain('1.00 kB of 201 kB: the connection was cut');
  expect(await find(world, repo)).toBeUndefined();

  trouble.length = 0;
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
  expect(hub.seen.at(-1)?.range).toBe('bytes=1000-');
});

test('a download that stalls is taken up again', async () => {
  await using hub = await startHub(one({ trouble: [{ kind: 'stall', afterBytes: 5000 }] }));
  using world = modelWorld({ HF_ENDPOINT: hub.url, HF_HUB_DOWNLOAD_TIMEOUT: '1' });
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
  expect(hub.seen.at(-1)?.range).toBe('bytes=5000-');
});

test('a server that ignores the range gets its whole answer used', async () => {
  await using hub = await startHub(one({ trouble: [{ kind: 'cut', afterBytes: 5000 }, { kind: 'whole' }] }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
});

test('a server in trouble is asked again', async () => {
  const trouble = [503, 429, 500].map((status) => ({ kind: 'status', status }) as const);
  await using hub = await startHub(one({ trouble }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await expect(ensure(world, repo)).resolves.toMatchObject({ id: 'tiny' });
});

test('a damaged file is thrown away, is never found, and does not block the next try', async () => {
  await using hub = await startHub(one({ trouble: [{ kind: 'wrong' }] }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const fault = await faultOf(ensure(world, repo));
  expect(fault).toMatchObject({ code: 'DOWNLOAD_CORRUPT', params: { expected: sha256(model) } });
  expect(readdirSync(join(folderOf(world), 'blobs'))).toEqual([]);
  expect(await find(world, repo)).toBeUndefined();
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
});

test('what is bad in the part that was there is fetched anew, without a fault', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const blobs = join(folderOf(world), 'blobs');
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(blobs, `${sha256(model)}.incomplete`), Buffer.alloc(4000, 9));
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
  expect(hub.seen.filter(({ host }) => host === 'storage').map(({ range }) => range)).toEqual([
    'bytes=4000-',
    undefined,
  ]);
});

test('what huggingface_hub began is finished; what it began too long is begun anew', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const begun = join(folderOf(world), 'blobs', `${sha256(model)}.incomplete`);
  mkdirSync(dirname(begun), { recursive: true });
  writeFileSync(begun, model);
  await ensure(world, repo);
  expect(hub.seen.filter(({ host }) => host === 'storage')).toEqual([]);

  using again = modelWorld({ HF_ENDPOINT: hub.url });
  const longer = join(folderOf(again), 'blobs', `${sha256(model)}.incomplete`);
  mkdirSync(dirname(longer), { recursive: true });
  writeFileSync(longer, Buffer.concat([model, model]));
  expect(readFileSync((await ensure(again, repo)).file)).toEqual(model);
});

test('Ctrl-C keeps what came, and the next run asks for the rest only', async () => {
  await using hub = await startHub(one({ trouble: [{ kind: 'stall', afterBytes: 7000 }] }));
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const stop = new AbortController();
  const told: Told = { lines: [], steps: [] };
  const begun = join(folderOf(world), 'blobs', `${sha256(model)}.incomplete`);
  const running = ensureModel(world.system, world.paths, parseReference(repo, '/'), {
    packageFolder,
    signal: stop.signal,
    onProgress: ({ doneBytes }) => doneBytes === 7000 && stop.abort(new Error('stopped')),
  });
  await expect(running).rejects.toThrow('stopped');
  expect(statSync(begun).size).toBe(7000);
  await ensure(world, repo, told);
  expect(hub.seen.at(-1)?.range).toBe('bytes=7000-');
  expect(told.steps.some(({ phase }) => phase === 'checking')).toBe(true);
});

test('HF_HUB_OFFLINE: what is there is used, what is not is said', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  using offline = modelWorld({ HOME: world.home, HF_ENDPOINT: hub.url, HF_HUB_OFFLINE: '1' });
  expect(await faultOf(ensure(offline, repo))).toMatchObject({
    code: 'HUB_OFFLINE',
    params: { model: `hf:${repo}` },
  });
  await ensure(world, repo);
  const before = hub.seen.length;
  await expect(ensure(offline, repo)).resolves.toMatchObject({ id: 'tiny' });
  expect(hub.seen.length).toBe(before);
});

test('a hub that is not there, or is none, is told at once', async () => {
  using nobody = modelWorld({ HF_ENDPOINT: 'http://127.0.0.1:9' });
  expect(await faultOf(ensure(nobody, repo))).toMatchObject({
    code: 'HUB_UNREACHABLE',
    message: expect.stringContaining('nothing listens there'),
  });
  using typo = modelWorld({ HF_ENDPOINT: 'huggingface.co' });
  expect(await faultOf(ensure(typo, repo))).toMatchObject({
    message: expect.stringContaining('HF_ENDPOINT is not an address'),
  });
  using nameless = modelWorld({ HF_ENDPOINT: 'http://no-such-host.invalid' });
  expect(await faultOf(ensure(nameless, repo))).toMatchObject({ code: 'HUB_UNREACHABLE' });
});

/** A server that is no hub. */
const startServer = async (handle: RequestListener): Promise<{ url: string } & AsyncDisposable> => {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
};

test.each<[string, RequestListener, string]>([
  ['a login page', (_request, response) => response.end('<html>log in</html>'), 'not a model hub'],
  [
    'circles',
    ({ url = '' }, response) => response.writeHead(302, { location: `${url}x` }).end(),
    'around in circles',
  ],
  [
    'an address that is none',
    (_request, response) => response.writeHead(302, { location: 'http://' }).end(),
    'no address',
  ],
  ['nonsense', ({ socket }) => socket.end('nonsense\r\n\r\n'), 'no web server'],
])('%s in place of the hub', async (_name, handle, problem) => {
  await using server = await startServer(handle);
  using world = modelWorld({ HF_ENDPOINT: server.url });
  expect(await faultOf(ensure(world, repo))).toMatchObject({
    code: 'HUB_UNREACHABLE',
    message: expect.stringContaining(problem),
  });
});

test.each(['HTTP_PROXY', 'http_proxy'])('the proxy that %s names is used', async (name) => {
  await using hub = await startHub(one());
  const asked: string[] = [];
  const tunnel = (request: IncomingMessage, client: Duplex): void => {
    asked.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const end of [server, client]) end.on('error', () => end.destroy());
  };
  const plain: RequestListener = (request, response) => {
    asked.push(new URL(request.url ?? '').host);
    const forwarded = forward(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  };
  const proxy = createServer(plain).on('connect', tunnel).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  using world = modelWorld({ HF_ENDPOINT: hub.url, [name]: `http://127.0.0.1:${port}` });
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
  expect(asked).toContain(new URL(hub.url).host);
  proxy.closeAllConnections();
  proxy.close();
});

test('a branch that moved on does not hide what was fetched from it before', async () => {
  const repos = one();
  await using hub = await startHub(repos);
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const first = await ensure(world, `hf:${repo}/tiny-Q8_0.gguf`);
  const files = { ...repos[repo]?.files, 'tiny-F16.gguf': large(ggufFile(plainLlama, 70)) };
  repos[repo] = { files, commit: 'd'.repeat(40) };
  await ensure(world, `hf:${repo}/tiny-F16.gguf`);
  expect(await find(world, `hf:${repo}/tiny-Q8_0.gguf`)).toEqual(first);
});

test('a disk that is too small is found out before anything is fetched', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const system = { ...world.system, files: { ...world.system.files, freeBytes: async () => 100_000 } };
  const fault = await faultOf(ensure({ ...world, system }, repo));
  expect(fault).toMatchObject({
    code: 'DISK_FULL',
    exitCode: 5,
    params: { needed: '201 kB', free: '100 kB' },
  });
  expect(hub.seen.filter(({ host }) => host === 'storage')).toEqual([]);
});

test('a disk that fills up meanwhile is DISK_FULL, and what was written stays', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const { files } = world.system;
  const full: typeof files = {
    ...files,
    open: async (path, how, mode) => {
      const file = await files.open(path, how, mode);
      if (!path.endsWith('.incomplete')) return file;
      const write = async (bytes: Uint8Array): Promise<void> => {
        await file.write(bytes.subarray(0, 100));
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      };
      return { ...file, write };
    },
  };
  const fault = await faultOf(ensure({ ...world, system: { ...world.system, files: full } }, repo));
  expect(fault.code).toBe('DISK_FULL');
  expect(readFileSync((await ensure(world, repo)).file)).toEqual(model);
  expect(hub.seen.at(-1)?.range).toBe('bytes=100-');
});

test('of several GGUF files Q4_K_M is taken, and that is said', async () => {
  const files = Object.fromEntries(
    ['tiny-Q8_0.gguf', 'tiny-Q4_K_M.gguf', 'tiny-Q2_K.gguf', 'mmproj-tiny-F16.gguf', 'model.safetensors'].map(
      (name, index) => [name, large(ggufFile(plainLlama, 64 + index))],
    ),
  );
  await using hub = await startHub({ [repo]: { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const told: Told = { lines: [], steps: [] };
  const local = await ensure(world, repo, told);
  expect(local).toMatchObject({ id: 'tiny', file: expect.stringMatching(/tiny-Q4_K_M\.gguf$/) });
  expect(told.lines[0]).toBe('Of 3 GGUF files, tiny-Q4_K_M.gguf is taken.');
  expect(readdirSync(dirname(local.file))).toEqual(['tiny-Q4_K_M.gguf']);

  // Another one of the same repository is another model; asked without a name, the better of those here is used.
  await expect(ensure(world, `hf:${repo}/tiny-q8_0.gguf`)).resolves.toMatchObject({
    file: expect.stringMatching(/tiny-Q8_0\.gguf$/),
  });
  expect((await find(world, repo))?.file).toBe(local.file);
});

test('all parts of a split file are fetched, and it is there only when all are', async () => {
  const parts = ['big/big-Q4_K_M-00001-of-00002.gguf', 'big/big-Q4_K_M-00002-of-00002.gguf'] as const;
  const contents = [ggufFile(plainLlama, 100), ggufFile({ 'split.no': 1 }, 200)] as const;
  await using hub = await startHub({
    [repo]: {
      files: {
        [parts[0]]: large(contents[0]),
        [parts[1]]: large(contents[1]),
        'README.md': { content: Buffer.from('hi') },
      },
    },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const local = await ensure(world, repo);
  expect(local).toMatchObject({
    id: 'big',
    file: expect.stringMatching(/-00001-of-00002\.gguf$/),
    sizeBytes: contents[0].byteLength + contents[1].byteLength,
  });
  expect(readlinkSync(local.file)).toBe(`../../../blobs/${sha256(contents[0])}`);
  const second = local.file.replace('00001-of', '00002-of');
  expect(readFileSync(second)).toEqual(contents[1]);
  await world.system.files.remove(second);
  expect(await find(world, repo)).toBeUndefined();
});

test('without GGUF the safetensors are fetched with what belongs to them, small files as git names them', async () => {
  const json = (value: unknown): FakeFile => ({ content: Buffer.from(JSON.stringify(value)) });
  const index = {
    weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
  };
  const files = {
    'config.json': json({ model_type: 'llama' }),
    'empty.json': { content: Buffer.alloc(0) },
    'model.safetensors.index.json': json(index),
    'model-00001-of-00002.safetensors': large(Buffer.from('one')),
    'model-00002-of-00002.safetensors': large(Buffer.from('two')),
    'consolidated.safetensors': large(Buffer.from('again')),
    'original/params.json': json({}),
    'pytorch_model.bin': large(Buffer.from('old')),
    'tokenizer.json': json({ version: '1.0' }),
    'README.md': { content: Buffer.from('# hi') },
  };
  await using hub = await startHub({ 'org/tiny': { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const local = await ensure(world, 'org/tiny');
  const folder = join(folderOf(world, 'org/tiny'), 'snapshots', commit);
  expect(local).toMatchObject({ id: 'tiny', file: folder, sha256: undefined });
  expect(readdirSync(folder)).toEqual([
    'config.json',
    'empty.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
    'tokenizer.json',
  ]);
  expect(readlinkSync(join(folder, 'config.json'))).toBe(
    `../../blobs/${gitName(files['config.json'].content)}`,
  );
  await world.system.files.remove(join(folder, 'model-00002-of-00002.safetensors'));
  expect(await find(world, 'org/tiny')).toBeUndefined();
});

test('an engine that reads GGUF only is not brought safetensors', async () => {
  const files = { 'config.json': { content: Buffer.from('{}') }, 'model.safetensors': large(model) };
  await using hub = await startHub({ [repo]: { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const wishes = { packageFolder, signal: never, only: 'gguf' as const };
  const refused = ensureModel(world.system, world.paths, parseReference(repo, world.home), wishes);
  expect(await faultOf(refused)).toMatchObject({ code: 'MODEL_NOT_SERVABLE' });
  expect(hub.seen.filter(({ method, path }) => method === 'GET' && path.includes('safetensors'))).toEqual([]);
});

test('a mirror that lists names only is asked for each file', async () => {
  const files = { 'tiny.gguf': large(model), 'other.txt': { content: Buffer.from('x') } };
  await using hub = await startHub({ [repo]: { files } });
  hub.bareLists = true;
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await expect(ensure(world, repo)).resolves.toMatchObject({ sha256: sha256(model) });
  expect(hub.seen.filter(({ method }) => method === 'HEAD').map(({ host }) => host)).toEqual(['hub']);
});

test('names that would lead out of the cache are not taken', async () => {
  const files = { '../../../evil.gguf': large(model), 'a/../b.gguf': large(model) };
  await using hub = await startHub({ [repo]: { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  expect(await faultOf(ensure(world, repo))).toMatchObject({ code: 'MODEL_NOT_SERVABLE' });
  expect(existsSync(world.paths.modelCache)).toBe(false);
});

const foreign = (world: ModelWorld, content: Buffer, blobName = sha256(model)): string => {
  const folder = folderOf(world);
  const snapshot = join(folder, 'snapshots', commit);
  for (const part of ['blobs', 'refs', `snapshots/${commit}`])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'blobs', blobName), content);
  symlinkSync(`../../blobs/${blobName}`, join(snapshot, 'tiny-Q8_0.gguf'));
  writeFileSync(join(folder, 'refs', 'main'), commit);
  return join(snapshot, 'tiny-Q8_0.gguf');
};

test('what another program left in the cache is used as it is', async () => {
  using world = modelWorld({ HF_ENDPOINT: 'http://127.0.0.1:9' });
  const file = foreign(world, model);
  await expect(ensure(world, repo)).resolves.toMatchObject({ file, sha256: sha256(model) });
  expect(await readManifest(world.system, world.paths)).toEqual([]);
});

test('a cut-off file that another program left is not used, and is fetched anew', async () => {
  await using hub = await startHub(one());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const file = foreign(world, model.subarray(0, -10));
  expect(await find(world, repo)).toBeUndefined();
  await expect(ensure(world, repo)).resolves.toMatchObject({ file });
  expect(readFileSync(file)).toEqual(model);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
});

test('a file that is no GGUF is fetched, and then not served', async () => {
  await using hub = await startHub({
    [repo]: { files: { 'a.gguf': large(Buffer.from('<html>not a model at all</html>')) } },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  expect(await faultOf(ensure(world, repo))).toMatchObject({ code: 'MODEL_NOT_SERVABLE' });
});

test('HF_HUB_CACHE says where the cache is', async () => {
  await using hub = await startHub(one());
  using elsewhere = modelWorld();
  using world = modelWorld({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: join(elsewhere.home, 'big disk') });
  const { file } = await ensure(world, repo);
  expect(file.startsWith(join(elsewhere.home, 'big disk', 'models--org--tiny-GGUF', 'snapshots'))).toBe(true);
});

test('a path: a file, a folder with one GGUF; faults say what is wrong', async () => {
  using world = modelWorld();
  const at = (name: string): string => join(world.home, name);
  mkdirSync(at('one'));
  writeFileSync(at('one/my-model.Q4_1.gguf'), model);
  writeFileSync(at('one/mmproj.gguf'), model);
  const expected = {
    id: 'my-model',
    file: at('one/my-model.Q4_1.gguf'),
    source: 'path',
    sizeBytes: model.byteLength,
  };
  await expect(ensure(world, './one')).resolves.toMatchObject(expected);
  await expect(ensure(world, './one/my-model.Q4_1.gguf')).resolves.toMatchObject(expected);

  mkdirSync(at('two'));
  writeFileSync(at('two/a.gguf'), model);
  writeFileSync(at('two/b.gguf'), model);
  expect(await faultOf(ensure(world, './two'))).toMatchObject({ code: 'MODEL_REFERENCE' });
  mkdirSync(at('none'));
  expect(await faultOf(ensure(world, './none'))).toMatchObject({ code: 'MODEL_NOT_SERVABLE' });
  expect(await faultOf(ensure(world, './missing.gguf'))).toMatchObject({ code: 'MODEL_FILE_MISSING' });
  writeFileSync(at('text.gguf'), 'this is a text, and long enough to be a header');
  expect(await faultOf(ensure(world, './text.gguf'))).toMatchObject({
    message: expect.stringContaining('it is not a GGUF file'),
  });
  writeFileSync(at('cut.gguf'), model.subarray(0, 100_000));
  expect(await faultOf(ensure(world, './cut.gguf'))).toMatchObject({
    message: expect.stringContaining('it is cut off: 100 kB of 201 kB'),
  });
  expect(await find(world, './cut.gguf')).toBeUndefined();
});

test('a bundled model is where the package has it, else it is said to be missing', async () => {
  using world = modelWorld();
  const reference = parseReference('localai-smoke', '/');
  const options = { packageFolder: world.home, signal: never };
  expect(await faultOf(ensureModel(world.system, world.paths, reference, options))).toMatchObject({
    code: 'MODEL_FILE_MISSING',
  });
  const file = join(world.home, 'dist/models/localai-smoke.gguf');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, model);
  await expect(ensureModel(world.system, world.paths, reference, options)).resolves.toMatchObject({
    id: 'localai-smoke',
    file,
    source: 'bundled',
  });
});
