import type { Check, Group, Severity } from '../../src/doctor/check.ts';
import { groups } from '../../src/doctor/check.ts';
import { allChecks, checkBook } from '../../src/doctor/checks/book.ts';
import type { Place } from '../../src/doctor/place.ts';
import { repairable } from '../../src/doctor/repairs.ts';

const severities: Readonly<Record<Severity, string>> = {
  error: 'error: something that people expect to work will not',
  warning: 'warning: it works, but worse or not for long',
  info: 'info: good to know',
};

const place = (change: Partial<Place>): Place => ({
  family: 'debian',
  release: 'debian13',
  arch: 'x64',
  platform: 'linux',
  wsl: false,
  systemd: true,
  immutable: false,
  root: false,
  rootless: false,
  dockerConfig: '/etc/docker/daemon.json',
  ...change,
});

/** The kinds of systems that fixes are written for. */
const places: readonly (readonly [string, Place])[] = [
  ['Debian', place({})],
  ['Ubuntu', place({ family: 'ubuntu', release: 'ubuntu2404' })],
  ['Fedora', place({ family: 'fedora', release: 'fedora43' })],
  ['RHEL, Rocky, Alma', place({ family: 'rhel', release: 'rhel9' })],
  ['Arch', place({ family: 'arch', release: 'arch' })],
  ['openSUSE', place({ family: 'suse', release: 'opensuse-leap15' })],
  ['WSL 2 (Ubuntu)', place({ family: 'ubuntu', release: 'ubuntu2404', wsl: true, systemd: false })],
];

const shell = (text: string): string => `\`\`\`sh\n${text.replaceAll('{localai}', 'localai')}\n\`\`\``;

/** The fix, once for all systems that share it. */
const fixLines = ({ fix }: Check): readonly string[] => {
  if (!fix) return [];
  const byText = new Map<string, string[]>();
  for (const [name, where] of places) {
    const text = fix(where);
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  if (byText.size === 1) return ['Repair:', '', ...[...byText.keys()].map(shell), ''];
  return [...byText].flatMap(([text, names]) => [`Repair on ${names.join(', ')}:`, '', shell(text), '']);
};

const section = (check: Check): string =>
  [
    `### ${check.id}`,
    '',
    `**${check.title}.** Looks at ${check.looks}.`,
    '',
    `${check.meaning}`,
    '',
    ...fixLines(check),
    ...(repairable.includes(check.id) ? ['`localai doctor --fix` can do it, after asking.', ''] : []),
    ...(check.needs
      ? [`Says nothing before these are right: ${check.needs.map((id) => `[${id}](#${id})`).join(', ')}.`, '']
      : []),
    `*${check.severity}*`,
    '',
  ].join('\n');

const groupSection = (group: Group): string =>
  [`## ${groups[group]}`, '', ...checkBook[group].map(section)].join('\n');

/** Every check, from its data. */
export const doctorPage = (): string => `# doctor

\`localai doctor\` looks at the machine, at what localai keeps and runs here, and at what editors believe of it: ${allChecks.length} checks,
each with what was seen, what it means, and the command that repairs it on this system. It changes nothing unless told to
with \`--fix\`, and then asks before each step.

| | |
|---|---|
| \`localai doctor\` | the summary: worst first, with the repair |
| \`localai doctor -v\` | every check, with what was seen |
| \`localai doctor --only driver,port-gateway\` | these groups or checks; \`--skip\` leaves some out |
| \`localai doctor --quick\` | without containers and without a tool call |
| \`localai doctor --fix\` | repairs what is safe and can be undone; asks before each |
| \`localai doctor --json\` | \`{schemaVersion, machine, checks:[{id, group, title, status, severity, evidence, meaning, fix, anchor}]}\` |
| \`localai doctor --report machine.json\` | writes all that was found; passwords, tokens and the home folder are blacked out |
| \`localai doctor --from machine.json\` | looks at such a file in place of this machine |

A check is \`ok\`, \`warn\`, \`fail\` or \`not-checked\`. What could not be read is \`not-checked\` and says why, never a guess; so is
what nothing here needs. It ends with 1 when a check failed, else with 0; with \`--strict\` warnings count, too.

Severities: ${Object.values(severities).join('; ')}.

A check that needs another one says nothing while that one is wrong, so that one fault is told once. The way to the card
that a container proved ([gpu-path-works](#gpu-path-works)) is remembered, and \`localai up\` asks Docker in that way.

Without Node there is [setup-check.sh](setup-check.sh): Docker, nvidia-smi, container toolkit and disk in plain shell.

${(Object.keys(groups) as Group[]).map(groupSection).join('\n')}`;
