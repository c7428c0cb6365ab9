import type { Fault } from '../../api/models.ts';
import { failure, type LocalaiError } from '../../errors.ts';
import { type ClassifiedFailure, classifyFailure } from '../failures/classify.ts';
import type { CrashBudget } from './crash-budget.ts';
import type { ProcessEnd } from './engine-process.ts';

/** An error in the form in which it is kept and sent. */
export const faultOf = ({ code, message, hint }: LocalaiError): Fault => ({ code, message, hint });

const minutes = ({ windowMs }: CrashBudget): number => Math.round(windowMs / 60_000);

/** Why an engine ended. `byUs`: we ended it, since it hung; then how it ended says nothing. */
export const whyItEnded = (
  { log, exitCode, signal }: ProcessEnd,
  byUs: boolean,
  oomKilled: boolean | undefined,
): ClassifiedFailure => {
  const end = byUs ? { exitCode: null, signal: null } : { exitCode, signal };
  return classifyFailure({ log, ...end, oomKilled });
};

/** A fault with the reason that was found. */
export const classifiedFault = (model: string, { code, problem, fix }: ClassifiedFailure): Fault =>
  faultOf(failure(code, { model, problem, fix: fix.replaceAll('{model}', model) }));

/** It ended and will be started again. */
export const crashFault = (model: string, { how }: ProcessEnd, budget: CrashBudget): Fault =>
  faultOf(failure('ENGINE_CRASHED', { model, how, budget: budget.restarts, minutes: minutes(budget) }));

/** It ended once too often. */
export const gaveUpFault = (
  model: string,
  { how, lastWords }: ProcessEnd,
  times: number,
  budget: CrashBudget,
): Fault =>
  faultOf(failure('ENGINE_GAVE_UP', { model, times, minutes: minutes(budget), problem: lastWords ?? how }));

/** It said itself that it cannot load. */
export const refusalFault = (
  model: string,
  said: { readonly fault: Fault | null; readonly phase: string | null },
): Fault =>
  said.fault ?? faultOf(failure('ENGINE_LOAD', { model, problem: said.phase ?? 'it did not say why' }));
