import type { z } from 'zod';
import { Mismatch } from './result.ts';

/** The first thing that is wrong, by its place: `choices.0.message: expected object, received undefined`. */
const problemOf = ({ issues }: z.ZodError): string => {
  const [first] = issues;
  if (!first) return 'another form';
  const place = first.path.map(String).join('.');
  return `${place === '' ? '' : `${place}: `}${first.message}`;
};

const shortest = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);

/** The value in the form that clients rely on; throws a Mismatch that names the first thing that differs. */
export const shaped = <T>(form: z.ZodType<T>, value: unknown, what: string): T => {
  const read = form.safeParse(value);
  if (read.success) return read.data;
  throw new Mismatch(`${what} is not as clients read it: ${problemOf(read.error)}`);
};

/** JSON text as a value; throws a Mismatch that quotes it. */
export const parsed = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Mismatch(`${what} is no JSON: ${shortest(JSON.stringify(text))}`);
  }
};
