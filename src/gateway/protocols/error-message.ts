import type { LocalaiError } from '../../errors.ts';

/** What a client reads: what failed and what to do next. */
export const errorMessage = ({ message, hint }: LocalaiError): string =>
  `${message} ${hint}`.replaceAll('{localai}', 'localai');
