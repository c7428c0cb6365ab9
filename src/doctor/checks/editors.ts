import { factOf } from '../../machine/known.ts';
import type { Check, Finding } from '../check.ts';
import type { EditorEntry } from '../editors/editor-entry.ts';
import type { DoctorFacts, StackFacts } from '../facts.ts';
import { notChecked, notNeeded, ok, warn } from '../findings.ts';

const onEntries = (
  { local }: DoctorFacts,
  look: (entries: readonly EditorEntry[], stack: StackFacts) => Finding,
): Finding => {
  if (!local) return notChecked('the report holds only the machine');
  if (local.editors.length === 0)
    return notNeeded('no editor or agent that is known here is set up for this machine');
  const stack = factOf(local.stack);
  return stack ? look(local.editors, stack) : notNeeded('nothing runs to compare with');
};

const named = ({ tool, file }: EditorEntry): string => `${tool} (${file})`;

/** Names that mean this machine. */
const isHere = (host: string): boolean => /^(localhost|127\.|\[?::1\]?$|0\.0\.0\.0)/.test(host);

const urlOf = ({ url }: EditorEntry): URL | undefined => URL.parse(url) ?? undefined;

const pointsAt = (entry: EditorEntry, stack: StackFacts): boolean => {
  const [theirs, ours] = [urlOf(entry), URL.parse(stack.url)];
  return theirs !== undefined && ours !== null && isHere(theirs.hostname) && theirs.port === ours.port;
};

const address: Check = {
  id: 'editors-address',
  title: 'Editors ask the gateway that runs',
  severity: 'warning',
  looks: 'addresses of this machine in the settings of editors and agents',
  meaning: 'The editor talks to a port where this gateway is not.',
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const astray = entries.filter((entry) => !pointsAt(entry, stack));
      return astray.length === 0
        ? ok(entries.map((entry) => `${named(entry)}: ${entry.url}`))
        : warn(
            astray.map((entry) => `${named(entry)} asks ${entry.url}; the gateway is ${stack.url}`),
            {
              fix: `# in that file, put ${stack.url}/v1 in place of the address (Claude Code: ${stack.url})`,
            },
          );
    }),
};

const path: Check = {
  id: 'editors-path',
  title: 'Addresses in editors end as the tool wants it',
  severity: 'warning',
  looks: 'whether the address ends in /v1 (Claude Code: must not)',
  meaning: 'Claude Code adds /v1 by itself, most others do not.',
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const ours = entries.filter((entry) => pointsAt(entry, stack));
      const wrong = ours.filter(({ tool, url }) => /\/v1(\/|$)/.test(url) === (tool === 'Claude Code'));
      return wrong.length === 0
        ? ok(ours.map(({ tool, url }) => `${tool}: ${url}`))
        : warn(
            wrong.map((entry) => `${named(entry)}: ${entry.url}`),
            {
              fix: `# Claude Code: ${stack.url}; every other tool: ${stack.url}/v1`,
            },
          );
    }),
};

const key: Check = {
  id: 'editors-key',
  title: 'Keys in editors are good',
  severity: 'warning',
  looks: 'keys in the settings of editors and agents, against those of the gateway; they are not shown',
  meaning: "The key was replaced, or is another server's; the gateway refuses it.",
  fix: () => '{localai} key show   # and put it in that file',
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const told = entries.filter((entry) => pointsAt(entry, stack) && entry.keyFits !== null);
      const bad = told.filter(({ keyFits }) => keyFits === false);
      if (bad.length > 0) return warn(bad.map((entry) => `${named(entry)}: its key is none of ours`));
      return told.length > 0 ? ok(told.map(named)) : notNeeded('no key is in their files');
    }),
};

const context: Check = {
  id: 'editors-context',
  title: 'Editors know the real context window',
  severity: 'warning',
  looks: "the window in the settings of editors and agents against the engine's own",
  meaning:
    'The editor sends more than the engine takes: requests are refused, or cut, in the middle of work.',
  needs: ['stack-answers'],
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const windows = stack.models.flatMap(({ context: window }) => (window === null ? [] : [window]));
      if (windows.length === 0) return notChecked('no engine has told its window yet');
      const largest = Math.max(...windows);
      const told = entries.filter((entry) => pointsAt(entry, stack) && entry.context !== null);
      if (told.length === 0) return notNeeded('no window is in their files');
      const over = told.filter(({ model, context: believed }) => {
        const served = stack.models.find(({ id }) => id === model)?.context ?? largest;
        return (believed ?? 0) > served;
      });
      const words = (all: readonly EditorEntry[]) =>
        all.map((entry) => `${named(entry)} believes in ${entry.context} tokens; the engine has ${largest}`);
      return over.length === 0
        ? ok(told.map((entry) => `${named(entry)}: ${entry.context} of ${largest} tokens`))
        : warn(words(over), {
            fix: `# in that file, put ${largest} in place of the number; or give the engine more:\n{localai} config set context ${Math.max(...over.map((one) => one.context ?? 0))} && {localai} up`,
          });
    }),
};

/** Tokens below which a tool's own first request leaves no room for work (measured in their first requests). */
const wants: Readonly<Record<string, number>> = {
  'Claude Code': 65_536,
  'Qwen Code': 65_536,
  'VS Code': 65_536,
  Kilo: 65_536,
  Codex: 32_768,
};

const size: Check = {
  id: 'editors-window',
  title: 'The window is large enough for these tools',
  severity: 'info',
  looks: "the engine's window against what each tool's own instructions take",
  meaning: "The tool's instructions and tools fill most of the window before the first word of work.",
  fix: () =>
    '{localai} config set context 65536 && {localai} up   # or use a tool that needs less: opencode, Cline, pi',
  needs: ['stack-answers'],
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const largest = Math.max(0, ...stack.models.map(({ context: window }) => window ?? 0));
      if (largest === 0) return notChecked('no engine has told its window yet');
      const tight = entries.filter(
        (entry) => pointsAt(entry, stack) && largest < (wants[entry.tool] ?? 16_384),
      );
      return tight.length === 0
        ? ok(`${largest} tokens`)
        : warn(
            tight.map(
              ({ tool }) => `${tool} wants ${wants[tool] ?? 16_384} tokens; the engine has ${largest}`,
            ),
          );
    }),
};

const model: Check = {
  id: 'editors-model',
  title: 'Editors name a model that is served',
  severity: 'info',
  looks: 'model names in the settings of editors and agents',
  meaning:
    'Unknown names are answered by the general model, so it works; but the editor shows a name that is not there.',
  fix: () => '{localai} status   # shows the names',
  assess: (facts) =>
    onEntries(facts, (entries, stack) => {
      const ids = stack.models.map(({ id }) => id);
      const told = entries.filter((entry) => pointsAt(entry, stack) && entry.model !== null);
      const odd = told.filter(
        (entry) => !ids.includes(entry.model ?? '') && !/^(claude|gpt)-/.test(entry.model ?? ''),
      );
      if (told.length === 0) return notNeeded('no model is named in their files');
      return odd.length === 0
        ? ok(told.map((entry) => `${entry.tool}: ${entry.model}`))
        : warn(odd.map((entry) => `${named(entry)}: ${entry.model}`));
    }),
};

export const editorChecks: readonly Check[] = [address, path, key, context, size, model];
