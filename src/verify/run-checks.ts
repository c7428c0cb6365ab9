import { isFailure, reason } from '../errors.ts';
import type { GatewayCheck, ModelCheck, Scene } from './check.ts';
import { firstChecks, lastChecks, modelChecks } from './check-list.ts';
import {
  type CheckResult,
  type Finding,
  type Measures,
  Mismatch,
  PassedOver,
  Refused,
  skipped,
} from './result.ts';
import { type VerifiedModel, writesText } from './verified-model.ts';

export interface RunOptions {
  readonly scene: Scene;
  /** Whether a check is wanted. */
  readonly wanted: (id: string) => boolean;
  /** Without the checks that take long. */
  readonly quick: boolean;
  readonly onBegin: (title: string, model: string | null) => void;
  readonly onEnd: (result: CheckResult) => void;
}

/** To a tenth: more would claim more than was measured. */
const rounded = (measures: Measures): Measures =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, Math.round(value * 10) / 10]));

type AnyCheck = Pick<ModelCheck, 'id' | 'title' | 'forced'>;

/** 501 is llama.cpp's word for what it was not started for. */
const isRefusal = (caught: unknown): caught is Refused =>
  caught instanceof Refused && (caught.status < 500 || caught.status === 501);

/**
 * That what was never promised is refused or passed over is no fault; nor are bad calls of a model without a template for
 * tools, before which vLLM has no parser and keeps to no schema.
 */
const withoutPromise = (check: ModelCheck, model: VerifiedModel, caught: unknown): Finding | undefined => {
  const { needs } = check;
  if (needs === undefined || model.capabilities[needs]) return undefined;
  const excused =
    needs === 'tools' ? caught instanceof Mismatch : isRefusal(caught) || caught instanceof PassedOver;
  return excused ? skipped(`served without ${needs}: ${reason(caught)}`) : undefined;
};

const findingFor = async (check: ModelCheck, scene: Scene, model: VerifiedModel): Promise<Finding> => {
  if (!writesText(model) && check.needs !== 'embeddings') return skipped('it was made for embeddings');
  try {
    return await check.run(scene, model);
  } catch (caught) {
    const finding = withoutPromise(check, model, caught);
    if (finding) return finding;
    throw caught;
  }
};

/** Runs them all, one after the other, whatever fails. Throws the signal's reason. */
export const runChecks = async (options: RunOptions): Promise<readonly CheckResult[]> => {
  const { scene, wanted, quick, onBegin, onEnd } = options;
  const results: CheckResult[] = [];

  const run = async (check: AnyCheck, model: string | null, find: () => Promise<Finding>): Promise<void> => {
    scene.signal.throwIfAborted();
    onBegin(check.title, model);
    const begun = scene.clock.monotonic();
    let found: Pick<CheckResult, 'status' | 'evidence'> & Pick<Finding, 'measures'>;
    try {
      found = await find();
    } catch (caught) {
      if (scene.signal.aborted || !(caught instanceof Mismatch || isFailure(caught))) throw caught;
      found = { status: 'failed', evidence: caught.message };
    }
    const seconds = Math.round(scene.clock.monotonic() - begun) / 1000;
    const { id, title, forced = null } = check;
    const { status, evidence } = found;
    const measures = rounded(found.measures ?? {});
    const result: CheckResult = { id, title, model, status, evidence, seconds, measures, forced };
    results.push(result);
    onEnd(result);
  };

  const runGateway = async (checks: readonly GatewayCheck[]): Promise<void> => {
    for (const check of checks) if (wanted(check.id)) await run(check, null, () => check.run(scene));
  };

  await runGateway(firstChecks);
  for (const model of scene.models) {
    for (const check of modelChecks) {
      if (!wanted(check.id) || (quick && check.slow)) continue;
      await run(check, model.id, () => findingFor(check, scene, model));
    }
  }
  await runGateway(lastChecks);
  return results;
};
