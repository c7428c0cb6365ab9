import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyRecord } from '../../config/keys.ts';

/** Finds the record of a plain key; an expired one is not found. */
export type KeyTable = (plain: string, now: number) => KeyRecord | undefined;

/** Every record is compared, in constant time, so that the answer's time tells nothing about any of them. */
export const keyTable = (records: readonly KeyRecord[]): KeyTable => {
  const digests = records.map((record) => ({ record, digest: Buffer.from(record.sha256, 'hex') }));
  return (plain, now) => {
    const digest = hash('sha256', plain, 'buffer');
    let found: KeyRecord | undefined;
    for (const entry of digests) if (timingSafeEqual(entry.digest, digest)) found = entry.record;
    return found?.expiresAt !== undefined && found.expiresAt <= now ? undefined : found;
  };
};
