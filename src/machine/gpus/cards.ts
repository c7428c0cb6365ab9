import type { CardKind } from './card.ts';
import { geforce } from './geforce.ts';
import { dataCentre, professional, unified } from './professional.ts';

/** All kinds of cards that are known here. */
export const cards: readonly CardKind[] = [...unified, ...professional, ...geforce, ...dataCentre];

/** As the patterns expect it: `NVIDIA GeForce RTX 4090` and `rtx4090` become `rtx 4090`. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/nvidia|geforce|tesla|quadro|graphics|\(.*?\)/g, ' ')
    .replace(/-/g, ' ')
    .replace(/(rtx|gtx|titan)(?=\d)/g, '$1 ')
    .replace(/\s+/g, ' ')
    .trim();

const withPrefix = (name: string): readonly string[] =>
  /^\d{4}/.test(name) ? [`rtx ${name}`, `gtx ${name}`] : [name];

/** Whether a card's box memory is what the words say, e.g. the 16 of `RTX 4060 Ti 16GB`. */
const sizeIn = (name: string): number | undefined => {
  const [, size] = /(\d+) ?g(?:i?b)?\b/.exec(name) ?? [];
  return size === undefined ? undefined : Number(size);
};

/**
 * The kind that a driver's name or a user's words mean: `NVIDIA H100 80GB HBM3`, `RTX 4090`, `3090`. Undefined where
 * none is known.
 */
export const findCard = (name: string): CardKind | undefined => {
  const words = withPrefix(plain(name));
  const matches = cards.filter(({ pattern }) => words.some((word) => pattern.test(word)));
  const size = sizeIn(plain(name));
  return matches.find(({ boxGib }) => boxGib === size) ?? matches[0];
};

/** GiB that CUDA counts on an unknown card of this size: the share that cards of the same size have. */
export const usableOf = (boxGib: number): number =>
  cards.find((card) => card.boxGib === boxGib && card.sure === 'logged')?.usableGib ?? boxGib * 0.977;
