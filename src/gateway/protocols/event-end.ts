/**
 * Whether something of ours may follow these last bytes of a stream: they end an event, or there were none yet. When it
 * cannot be told from the last piece alone, it is "no".
 */
export const isBetweenEvents = (last: Uint8Array | undefined): boolean =>
  last === undefined || /(?:\n\n|\r\n\r\n|\r\r)$/.test(Buffer.from(last.subarray(-4)).toString('latin1'));
