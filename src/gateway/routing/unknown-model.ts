import { nearestNames } from '../../config/nearest.ts';
import { failure, type LocalaiError } from '../../errors.ts';
import { mayUse } from '../access/key-check.ts';
import type { Exchange } from '../exchange.ts';
import type { Routable } from './names.ts';
import { shownName } from './printable.ts';
import type { Router } from './router.ts';

/** How many names are offered instead. */
const offered = 3;

/** The error for a name that means nothing here, or none at all; offers names that the key may use. */
export const unknownModel = <M extends Routable>(
  wanted: string | undefined,
  { named, names }: Router<M>,
  key: Exchange['key'],
): LocalaiError => {
  if (wanted === undefined || wanted === '') {
    const problem = 'is missing, and this gateway takes no request without one (routing.strict)';
    return failure('REQUEST_PARAMETER', { param: 'model', problem });
  }
  const usable = names.filter((name) => {
    const model = named(name);
    return model !== undefined && mayUse(key, model);
  });
  const near = nearestNames(shownName(wanted), usable).slice(0, offered);
  const nearest = near.length === 0 ? '' : `Did you mean ${near.map(shownName).join(', ')}? `;
  return failure('SERVED_MODEL_UNKNOWN', { model: shownName(wanted), nearest });
};
