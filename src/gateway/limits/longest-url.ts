/** Longest address of a request that is looked at, bytes. */
export const longestUrl = 8192;
