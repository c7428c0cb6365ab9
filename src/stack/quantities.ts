/** Bytes of memory, in GiB: `23.5 GiB`. */
export const gibibytes = (count: number): string => `${(count / 1024 ** 3).toFixed(1)} GiB`;
