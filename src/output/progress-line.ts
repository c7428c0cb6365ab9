import { formatAmount, formatDuration } from './figures.ts';
import type { Reading } from './meter.ts';

export type Unit = 'bytes' | 'tokens';

/** `42 % (41.2 MB of 98.4 MB), 12.3 MB/s, 4.6 s left`. */
export const progressText = (reading: Reading, unit: Unit): string => {
  const { done, total, fraction, rate, left } = reading;
  const parts = [
    `${Math.floor(fraction * 100)} % (${formatAmount(done, unit)} of ${formatAmount(total, unit)})`,
    ...(rate === undefined ? [] : [`${formatAmount(rate, unit)}/s`]),
    ...(left === undefined || fraction >= 1 ? [] : [`${formatDuration(left)} left`]),
  ];
  return parts.join(', ');
};

const barCells = 24;

/** The same with a bar in front, where the terminal is wide enough for one. */
export const progressBar = (reading: Reading, unit: Unit, columns: number): string => {
  const text = progressText(reading, unit);
  const full = Math.round(reading.fraction * barCells);
  const bar = '█'.repeat(full) + '░'.repeat(barCells - full);
  return columns >= text.length + barCells + 6 ? `${bar} ${text}` : text;
};
