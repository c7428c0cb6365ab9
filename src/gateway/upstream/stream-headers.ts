/** Keeps proxies in between from holding events back; names and values alternating. */
export const streamHeaders: readonly string[] = ['cache-control', 'no-cache', 'x-accel-buffering', 'no'];
