const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes as disks and downloads are labelled, three digits: `98.4 MB`, `4.68 GB`. */
export const bytes = (count: number): string => {
  let value = count;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
};
/** Bytes of memory, in GiB: `23.5 GiB`. */
export const gibibytes = (count: number): string => `${(count / 1024 ** 3).toFixed(1)} GiB`;
