import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyRecord } from '../../config/keys.ts';

/** Finds the record of a plain key, expired or not. */
export type KeyTable = (plain: string) => KeyRecord | undefined;

interface Entry {
  readonly record: KeyRecord;
  readonly digest: Buffer;
}

/**
 * Looks keys up by the beginning of their hash, so that a thousand cost no more than one. Nobody who guesses can steer
 * the hash of a guess, and the whole of it is compared in constant time: how long an answer takes tells nothing.
 */
export const keyTable = (records: readonly KeyRecord[]): KeyTable => {
  const byStart = new Map<number, Entry[]>();
  for (const record of records) {
    const digest = Buffer.from(record.sha256, 'hex');
    const start = digest.readUInt32BE();
    const others = byStart.get(start);
    if (others) others.push({ record, digest });
    else byStart.set(start, [{ record, digest }]);
  }
  return (plain) => {
    // Asked for as bytes, Node takes three times as long.
    const digest = Buffer.from(hash('sha256', plain, 'binary'), 'binary');
    const entries = byStart.get(digest.readUInt32BE()) ?? [];
    return entries.find((entry) => timingSafeEqual(entry.digest, digest))?.record;
  };
};
