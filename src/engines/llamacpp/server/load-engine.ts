import { reason } from '../../../errors.ts';
import { openRuntime, type RuntimeHost } from '../runtime/open-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { LlamacppSpec } from '../spec.ts';
import { detectToolSyntax } from '../tools/detect-syntax.ts';
import { detectReasoning } from '../tools/reasoning.ts';
import type { ServedEngine } from './served-engine.ts';
import type { ServedModel } from './served-model.ts';

/** What a loaded model is served with: its way to call tools and to think are read off its template. */
export const servedModel = (id: string, runtime: Runtime, now: Date): ServedModel => {
  const { chatTemplate, controlTexts } = runtime.facts;
  return {
    id,
    runtime,
    syntax: detectToolSyntax({ template: chatTemplate, render: runtime.renderTemplate }),
    reasoning: detectReasoning(chatTemplate),
    controlTexts: new Set(controlTexts),
    created: Math.floor(now.getTime() / 1000),
  };
};

/** Loads the model into the engine, which tells how far it is, and why it failed when it did. Never throws. */
export const loadEngine = async (
  engine: ServedEngine,
  spec: LlamacppSpec,
  host: RuntimeHost & { readonly onLog: (line: string) => void },
): Promise<void> => {
  engine.loading('loading the model');
  const onLoadProgress = (share: number): void =>
    engine.loading(share < 1 ? `loading the model (${Math.floor(share * 100)} %)` : 'getting ready');
  // That the graphics card is not used or the context is shorter than asked belongs in `status` too.
  const onLog = (line: string): void => {
    host.onLog(line);
    if (!engine.modelIfReady) engine.note(line);
  };
  try {
    const runtime = await openRuntime(spec, { ...host, onLoadProgress, onLog, onDetail: host.onLog });
    const model = servedModel(spec.modelId, runtime, new Date(host.system.clock.now()));
    engine.ready(model);
    const { contextTokens, parallel, backend } = runtime.facts;
    const tools = `tools: ${model.syntax.label}`;
    host.onLog(`ready: ${contextTokens} tokens, ${parallel} at once, on ${backend}, ${tools}`);
  } catch (caught) {
    engine.failed(caught);
    if (!host.signal?.aborted) host.onLog(`could not load: ${reason(caught)}`);
  }
};
