/** What a header can carry of a text. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

/** Longest name that is repeated in a message. */
const longestShown = 100;

/** A name from a request, as it can be repeated in a message or a log line. */
export const shownName = (name: string): string =>
  name.length > longestShown ? `${printable(name.slice(0, longestShown))}…` : printable(name);
