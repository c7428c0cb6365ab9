import { nearest } from '../../config/nearest.ts';
import { failure } from '../../errors.ts';
import { cards as kinds } from '../../machine/gpus/cards.ts';
import { cardNamed, cardOfSize, type PlanCard } from './card.ts';

const unknown = (card: string): Error => {
  const names = kinds.map(({ name }) => name);
  const near = nearest(card, names) ?? nearest(`RTX ${card}`, names);
  return failure('CARD_UNKNOWN', { card, nearest: near === undefined ? '' : ` Did you mean ${near}?` });
};

/** `24`, `24GB`, `24 GiB`: a size as on the box. */
const sizeIn = (text: string): number | undefined => {
  const [, size] = /^(\d+(?:\.\d+)?)\s*(?:gi?b?)?$/i.exec(text.trim()) ?? [];
  return size === undefined ? undefined : Number(size);
};

const one = (text: string): PlanCard => {
  const size = sizeIn(text);
  // `3090` is a name, `24` a size: no card has hundreds of gigabytes and four digits.
  const card = size !== undefined && size < 1000 ? cardOfSize(size) : cardNamed(text);
  if (!card) throw unknown(text);
  return card;
};

/**
 * The cards that a user names: `RTX 4090`, `2x3090`, `2 x 24`, `RTX 3090, RTX 3060`. Throws CARD_UNKNOWN with the
 * nearest name.
 */
export const cardsNamed = (text: string): readonly PlanCard[] =>
  text
    .split(/[,+]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [, count, name] = /^(\d{1,2})\s*[x×*]\s*(.+)$/i.exec(part) ?? [];
      return count && name ? Array.from({ length: Number(count) }, () => one(name)) : [one(part)];
    });
