import pc from 'picocolors';
import type { Paint } from './output.ts';

export const createPaint = (colored: boolean): Paint => {
  const { bold, dim, green, yellow, red, cyan } = pc.createColors(colored);
  return { bold, dim, green, yellow, red, cyan };
};
