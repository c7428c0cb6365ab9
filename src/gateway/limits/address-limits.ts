import { failure, type LocalaiError } from '../../errors.ts';
import { boundedTable } from './bounded-table.ts';
import { addRateHeaders } from './rate-headers.ts';
import { type Allowance, createRateLimit, type RateLimit } from './rate-limit.ts';

interface AddressRates {
  /** Requests without a good key, where one is required. */
  readonly failedPerMinute: number;
  /** Requests without a key where none is required; undefined: any number. */
  readonly keylessPerMinute: number | undefined;
}

/** What an address may do without a key, or with wrong ones. */
export interface AddressLimits {
  /**
   * Whether a good key may be used from there. Where too many wrong ones came from, only keys that were used from
   * there before are: else whoever guesses would learn of the right one, and else those who share the address, behind
   * a proxy, would be locked out by one of them.
   */
  admits(address: string, keyId: string): boolean;
  /** Counts a request without a good key, and says so in `headers`. FAILED_KEYS when there were too many. */
  countFailed(address: string, headers: string[]): LocalaiError | undefined;
  /** Counts a request where no key is required. ADDRESS_RATE when there were too many. */
  countKeyless(address: string, headers: string[]): LocalaiError | undefined;
}

/** What is known of addresses, seen with these rates. */
export type AddressTables = (rates: AddressRates) => AddressLimits;

const mostKnown = 20_000;

const take = (rates: RateLimit, address: string, perMinute: number, headers: string[]): Allowance => {
  const allowance = rates.take(address, perMinute);
  addRateHeaders(headers, perMinute, allowance);
  return allowance;
};

/** Nothing is known yet. `now`: ms of a monotonic clock. */
export const addressTables = (now: () => number): AddressTables => {
  const failed = createRateLimit(now);
  const keyless = createRateLimit(now);
  const known = boundedTable<true>(mostKnown);
  return ({ failedPerMinute, keylessPerMinute }) => ({
    admits: (address, keyId) => {
      const pair = `${address} ${keyId}`;
      if (known.get(pair)) return true;
      if (!failed.allows(address, failedPerMinute)) return false;
      known.set(pair, true);
      return true;
    },
    countFailed: (address, headers) => {
      const { allowed, waitSeconds } = take(failed, address, failedPerMinute, headers);
      return allowed ? undefined : failure('FAILED_KEYS', { retryAfter: waitSeconds });
    },
    countKeyless: (address, headers) => {
      if (keylessPerMinute === undefined) return undefined;
      const { allowed, waitSeconds } = take(keyless, address, keylessPerMinute, headers);
      if (allowed) return undefined;
      return failure('ADDRESS_RATE', { perMinute: keylessPerMinute, retryAfter: waitSeconds });
    },
  });
};
