import { failureClasses } from '../../src/stack/failures/classes/book.ts';
import type { FailureClass } from '../../src/stack/failures/failure-class.ts';
import { killedClasses } from '../../src/stack/failures/killed.ts';

/** A text of a class as a reader of the page knows it. */
const shown = (text: string): string =>
  text
    .replaceAll('{localai}', 'localai')
    .replace(/\{(\w+)(?:\|[^}]*)?\}/g, '‹$1›')
    .replace(/\[([^[\]]*‹[^[\]]*)\]/g, '$1');

type Shown = Omit<FailureClass, 'says' | 'source'> & Partial<Pick<FailureClass, 'says' | 'source'>>;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const section = ({ id, family, problem, fix, mayPass, retry, source }: Shown): string => `### ${id}

${sentence(shown(problem))}.

${shown(fix)}

*[${family}](errors.md#${family.toLowerCase()})${mayPass ? ', started again by itself' : ''}${
  retry ? `, started once more with \`${retry.flag}\` and the number that the engine named` : ''
}${source === undefined ? '' : `; read in: ${source}`}*
`;

export const failuresPage = (): string =>
  `# Why an engine ended

When an engine or its container ends, localai reads the last lines of its log, and how it ended, and says why: in
\`localai up\`, \`localai status\`, \`/ready\` and the web UI, with one thing to do. The class is in \`state.json\`
(\`class\`). What it does not know is \`unclassified\` and comes with the engine's own last words: a wrong reason is worse
than none. Only what follows from nothing else counts: vLLM's \`Engine core initialization failed. See root cause above\`,
workers that others ended, warnings, and errors of requests hours before do not.

An engine that failed at its start for a reason that does not pass by itself is not started again; the others are, three
times in ten minutes at most. ‹name› stands for what differs from case to case.

## By its words

${failureClasses.map(section).join('\n')}
## By its end alone

${killedClasses.map(section).join('\n')}
`.replace(/\n+$/, '\n');
