import { join } from 'node:path';
import { failure, reason } from '../../../errors.ts';
import type { LlamacppSpec } from '../spec.ts';
import { LastWords } from './last-words.ts';
import { importLibrary, type Llama, type LlamaModel, type NativeLibrary } from './library.ts';
import type { RuntimeHost } from './open-runtime.ts';

/** The library with the model's weights in memory. */
export interface LoadedModel {
  readonly library: NativeLibrary;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly words: LastWords;
}

/**
 * Opens the library and loads the weights, on the graphics card when there is one that works. Falling back on the
 * processor is said in one line. Throws ENGINE_UNAVAILABLE (no library) and ENGINE_LOAD.
 */
export const loadModel = async (spec: LlamacppSpec, host: RuntimeHost): Promise<LoadedModel> => {
  const library = await importLibrary(spec.libraryFolder);
  const words = new LastWords(host.system.clock);
  if (spec.gpu === 'auto') {
    const loaded = await onGraphicsCard(library, words, spec, host);
    if (loaded) return loaded;
  }
  const llama = await openLlama(library, words, spec, false);
  try {
    const model = await loadWeights(llama, spec, host);
    return { library, llama, model, words };
  } catch (caught) {
    const problem = await words.explain(reason(caught));
    await llama.dispose();
    host.signal?.throwIfAborted();
    throw failure('ENGINE_LOAD', { model: spec.modelId, problem }, caught);
  }
};

const onGraphicsCard = async (
  library: NativeLibrary,
  words: LastWords,
  spec: LlamacppSpec,
  host: RuntimeHost,
): Promise<LoadedModel | undefined> => {
  const backends = await graphicsBackends(spec, host);
  if (backends.length === 0) return undefined;
  const fallBack = (why: string): void =>
    host.onLog?.(`not on the graphics card (${backends.join(', ')}): ${why}; running on the processor`);
  const llama = await openLlama(library, words, spec, 'auto');
  if (llama.gpu === false) {
    fallBack(await words.explain('it could not be used'));
    await llama.dispose();
    return undefined;
  }
  try {
    const model = await loadWeights(llama, spec, host);
    const { totalLayers } = model.fileInsights;
    if (model.gpuLayers < totalLayers) {
      host.onLog?.(
        `${model.gpuLayers} of ${totalLayers} layers fit on the graphics card, the others run on the processor`,
      );
    }
    return { library, llama, model, words };
  } catch (caught) {
    const problem = await words.explain(reason(caught));
    await llama.dispose();
    host.signal?.throwIfAborted();
    fallBack(problem);
    return undefined;
  }
};

/** Which of the installed binaries are for graphics cards. */
const graphicsBackends = async (spec: LlamacppSpec, host: RuntimeHost): Promise<readonly string[]> => {
  const folder = join(spec.libraryFolder, 'node_modules', '@node-llama-cpp');
  const names = await host.system.files.list(folder);
  return ['cuda', 'vulkan', 'metal'].filter((backend) => names.some((name) => name.endsWith(`-${backend}`)));
};

const openLlama = async (
  library: NativeLibrary,
  words: LastWords,
  spec: LlamacppSpec,
  gpu: 'auto' | false,
): Promise<Llama> => {
  try {
    return await library.getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: mostThreads(spec),
      logLevel: 'warn',
      logger: words.log,
    });
  } catch (caught) {
    const problem = await words.explain(reason(caught));
    throw failure('ENGINE_UNAVAILABLE', { engine: 'llamacpp', problem }, caught);
  }
};

/** Never more threads than cores. */
export const mostThreads = ({ cores }: LlamacppSpec): number => Math.max(1, Math.floor(cores));

const loadWeights = (llama: Llama, spec: LlamacppSpec, host: RuntimeHost): Promise<LlamaModel> =>
  llama.loadModel({
    modelPath: spec.file,
    ...(host.onLoadProgress ? { onLoadProgress: host.onLoadProgress } : {}),
    ...(host.signal ? { loadSignal: host.signal } : {}),
  });
