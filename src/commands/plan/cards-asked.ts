import { InvalidArgumentError } from 'commander';
import { cardOfSize, type PlanCard } from '../../stack/cards/card.ts';
import { cardsNamed } from '../../stack/cards/names.ts';

/** The options that describe another machine. */
export interface CardOptions {
  readonly gpu?: string;
  readonly gpus?: string;
  readonly vram?: number;
}

/** A number of gigabytes, as on a card's box. */
export const gigabytes = (text: string): number => {
  const value = Number(text.replace(/\s*gi?b?$/i, ''));
  if (Number.isFinite(value) && value >= 1 && value <= 1024) return value;
  throw new InvalidArgumentError('It must be the gigabytes of a card, e.g. 24.');
};

/** The cards that were described; undefined: this machine's own are meant. Throws CARD_UNKNOWN. */
export const cardsAsked = ({ gpu, gpus, vram }: CardOptions): readonly PlanCard[] | undefined => {
  const text = gpus ?? gpu;
  if (text !== undefined) return cardsNamed(text);
  return vram === undefined ? undefined : [cardOfSize(vram)];
};
