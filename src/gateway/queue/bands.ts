/** How urgent a request is, most urgent first: someone types, someone reads, nobody waits. */
export const bands = ['autocomplete', 'chat', 'batch'] as const;

export type Band = (typeof bands)[number];

export const lessUrgent = (a: Band, b: Band): Band => (bands.indexOf(a) > bands.indexOf(b) ? a : b);

export const isBand = (text: unknown): text is Band => (bands as readonly unknown[]).includes(text);

/** Every so many starts a less urgent band goes first, so that none waits for ever: a twentieth is 5 %. */
const lastFirst = 20;
const middleFirst = 10;

const upFrom = (first: Band): readonly Band[] => [first, ...bands.filter((band) => band !== first)];

const orders = {
  urgent: bands,
  middle: upFrom('chat'),
  last: upFrom('batch'),
};

/** The band that start number `start` belongs to; one that waits, if any does. */
export const bandFor = (start: number, waits: (band: Band) => boolean): Band => {
  const order =
    start % lastFirst === 0 ? orders.last : start % middleFirst === 0 ? orders.middle : orders.urgent;
  return order.find(waits) ?? bands[0];
};
