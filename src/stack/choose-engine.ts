import type { EngineName } from '../api/models.ts';
import type { Settings } from '../config/schema.ts';
import { failure } from '../errors.ts';
import type { MachineReport } from '../machine/report.ts';
import type { Launcher } from './launcher.ts';

/** What of an engine decides whether it is taken. */
export type EngineOffer = Pick<Launcher, 'name' | 'probe' | 'weights' | 'onlyWhenAsked'>;

/** The engine that was taken. */
export interface ChosenEngine {
  readonly name: EngineName;
  readonly why: string;
}

export interface EngineChoice {
  readonly engine: ChosenEngine;
  readonly weights: Launcher['weights'];
  /** Better ones that cannot run here, with the reason. */
  readonly passedOver: readonly ChosenEngine[];
}

/** The engines that a word of the setting stands for; `auto` is not among them. */
const meantBy: Readonly<Record<Exclude<Settings['engine'], 'auto'>, readonly EngineName[]>> = {
  llamacpp: ['llamacpp'],
  'llama-server': ['llama-server'],
  vllm: ['vllm-compose', 'vllm-native'],
  remote: ['remote'],
};

/** The models that were asked for, as they were typed; empty: none, or `auto`. */
export const askedWords = ({ model }: Pick<Settings, 'model'>): readonly string[] =>
  model === undefined || model.trim() === 'auto'
    ? []
    : model
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');

/** Weights that llama.cpp alone reads. */
const isGguf = (word: string): boolean => /\.gguf$/i.test(word) || /^(pypi|bundled):/.test(word);

/** Takes an engine: the first that can run here and reads what was asked for. Pure. Throws ENGINE_UNAVAILABLE. */
export const chooseEngine = (
  report: MachineReport,
  settings: Settings,
  engines: readonly EngineOffer[],
): EngineChoice => {
  const { engine: wish } = settings;
  if (report.platform === 'win32') {
    const problem = 'native Windows is not supported; run it inside WSL2 (`wsl --install`)';
    throw failure('ENGINE_UNAVAILABLE', { engine: wish, problem });
  }
  const gguf = askedWords(settings).find(isGguf);
  const wanted = engines.filter(({ name, onlyWhenAsked }) =>
    wish === 'auto' ? !onlyWhenAsked : meantBy[wish].includes(name),
  );
  const verdicts = wanted.map((engine) => {
    const verdict = engine.probe(report);
    const wrong = gguf !== undefined && engine.weights === 'safetensors';
    const why = wrong ? `it does not read ${gguf}` : verdict.why;
    return { name: engine.name, weights: engine.weights, usable: verdict.usable && !wrong, why };
  });
  const place = verdicts.findIndex(({ usable }) => usable);
  const taken = verdicts[place];
  if (taken) {
    const passedOver = verdicts.slice(0, place).map(({ name, why }) => ({ name, why }));
    return { engine: { name: taken.name, why: taken.why }, weights: taken.weights, passedOver };
  }
  const problem =
    verdicts.map(({ name, why }) => `${name}: ${why}`).join('; ') || 'this version has no such engine';
  throw failure('ENGINE_UNAVAILABLE', { engine: wish, problem });
};
