import { CommanderError } from 'commander';
import { exitCodes, failure, type LocalaiError } from '../../errors.ts';

/** `help up` means `up --help`. */
export const withoutHelpVerb = (argv: readonly string[]): readonly string[] => {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  if (argv[at] !== 'help') return argv;
  const rest = argv.filter((_word, index) => index !== at);
  return rest.some((word) => !word.startsWith('-')) ? [...rest, '--help'] : [];
};

/** The verb that was typed: the first word, since no global option takes a value. */
export const typedVerb = (words: readonly string[]): string | undefined =>
  words.find((word) => !word.startsWith('-'));

/** Whether nothing was asked but how to print it: then the help is what they need. */
export const asksNothing = (words: readonly string[]): boolean =>
  words.every((word) => /^(-[qvy]+|--json|--quiet|--verbose|--yes|--no-color)$/.test(word));

/** How to show an error; read from the words, since it may be them that are wrong. */
export const errorStyle = (words: readonly string[]): { json: boolean; verbose: boolean; color: boolean } => {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  return {
    json: options.includes('--json'),
    verbose: options.some((word) => word === '--verbose' || /^-[qy]*v[qvy]*$/.test(word)),
    color: !options.includes('--no-color'),
  };
};

/** What commander says of a wrong command line, in our form. */
const usageError = ({ message }: CommanderError, verb: string | undefined): LocalaiError => {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const nearest = /\(Did you mean (.*)\?\)/.exec(more.join(' '))?.[1];
  const suggestion = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  const problem = first.endsWith('.') ? first : `${first}.`;
  const isUnknown = verb === undefined || message.includes(`command '${verb}'`);
  if (isUnknown) return failure('COMMAND_LINE', { problem, nearest: suggestion });
  return failure('USAGE', { problem: `${problem} ${suggestion}`.trim(), command: verb });
};

/**
 * What commander threw, as an exit code where it has said all there is to say, else as an error to show. Anything else
 * comes back as it is.
 */
export const commanderOutcome = (caught: unknown, words: readonly string[]): unknown => {
  if (!(caught instanceof CommanderError)) return caught;
  if (caught.exitCode === 0) return exitCodes.ok;
  // A group of commands without a command under it: its help was shown on stderr.
  if (caught.code === 'commander.help') return exitCodes.usage;
  return usageError(caught, typedVerb(words));
};
