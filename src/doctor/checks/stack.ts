import type { ModelStatus } from '../../api/models.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, LocalFacts, StackFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';

const onLocal = ({ local }: DoctorFacts, look: (local: LocalFacts) => Finding): Finding =>
  local ? look(local) : notChecked('the report holds only the machine');

const onStack = (facts: DoctorFacts, look: (stack: StackFacts, local: LocalFacts) => Finding): Finding =>
  onLocal(facts, (local) =>
    when(local.stack, (stack) =>
      stack === null ? notNeeded('nothing runs yet: `localai up` starts it') : look(stack, local),
    ),
  );

const settings: Check = {
  id: 'stack-settings',
  title: 'The settings can be read',
  severity: 'error',
  looks: 'config.yaml and the LOCALAI_* variables',
  meaning: 'A setting is not valid; every command that reads settings stops there.',
  assess: (facts) =>
    onLocal(facts, ({ settings: { file, problem } }) =>
      problem === null ? ok(file) : fail(problem.message, { fix: problem.hint }),
    ),
};

const strays: Check = {
  id: 'stack-variables',
  title: 'No variable is mistaken for ours',
  severity: 'info',
  looks: 'variables that begin with LOCALAI_',
  meaning: 'Another project uses the same prefix, or it is a slip: these change nothing here.',
  fix: () => 'env | grep ^LOCALAI_   # {localai} config list shows the names of ours',
  assess: (facts) =>
    onLocal(facts, ({ settings: { strayVariables } }) =>
      strayVariables === '' ? ok('none') : warn(strayVariables),
    ),
};

/** Below this, fixes for holes no longer come. */
const supportedNode = 22;

const node: Check = {
  id: 'stack-node',
  title: 'Node is still cared for',
  severity: 'warning',
  looks: 'the version of Node that runs localai',
  meaning: 'This version of Node gets no fixes any more; a server should not run on it.',
  fix: () => 'npx -y -p node@24 -p localai -c "localai up"   # or install Node 24',
  assess: (facts) =>
    onLocal(facts, ({ node: version }) =>
      Number.parseInt(version, 10) < supportedNode ? warn(`Node ${version}`) : ok(`Node ${version}`),
    ),
};

const locale: Check = {
  id: 'stack-locale',
  title: "The terminal's letters are UTF-8",
  severity: 'info',
  looks: 'LC_ALL, LC_CTYPE and LANG',
  meaning:
    'Answers in other scripts and boxes look garbled in the terminal; Python tools may stop with an error.',
  fix: () => 'export LANG=C.UTF-8',
  assess: ({ machine: { system } }) => {
    if (system.locale === null) return notNeeded('no locale is set');
    return /utf-?8/i.test(system.locale) ? ok(system.locale) : warn(system.locale);
  },
};

const answers: Check = {
  id: 'stack-answers',
  title: 'The gateway answers',
  severity: 'error',
  looks: '`GET /health` of the gateway that runs',
  meaning: "The server's process is there and does not answer: it hangs or has lost its port.",
  fix: () => '{localai} logs\n{localai} restart',
  assess: (facts) =>
    onStack(facts, ({ url, answers: up }) => (up ? ok(`${url} answers`) : fail(`${url} does not answer`))),
};

const version: Check = {
  id: 'stack-version',
  title: 'What runs is this version',
  severity: 'warning',
  looks: 'the version that the running server wrote down',
  meaning: 'The server is of another version than this command; `up` puts the new one in its place.',
  fix: () => '{localai} up',
  assess: (facts) =>
    onStack(facts, (stack, local) =>
      stack.version === local.version
        ? ok(stack.version)
        : warn(`${stack.version} runs, this is ${local.version}`),
    ),
};

/** An engine that is nobody's child here is there, or it is not. */
const isAway = ({ state, engine }: Pick<ModelStatus, 'state' | 'engine'>): boolean =>
  state === 'stopped' && engine === 'remote';

const ready: Check = {
  id: 'stack-models-ready',
  title: 'The models are ready',
  severity: 'error',
  looks: 'the state of each model, from its watcher and its engine',
  meaning: 'A model could not be loaded, or its engine crashed too often and is left stopped.',
  needs: ['stack-answers'],
  assess: (facts) =>
    onStack(facts, ({ models }) => {
      const words = ({ id, state, phase, fault, file, engine }: ModelStatus): string =>
        isAway({ state, engine })
          ? `${id}: ${file} does not answer`
          : `${id}: ${fault?.message ?? phase ?? state}`;
      const broken = models.filter((model) => model.state === 'error' || isAway(model));
      if (broken.length > 0) {
        const hints = broken.map(({ fault }) => fault?.hint ?? '{localai} logs engine');
        return fail(broken.map(words), { fix: [...new Set(hints)].join('\n') });
      }
      return models.some(({ state }) => state === 'loading')
        ? notChecked(models.map(words).join('; '))
        : ok(models.map(words));
    }),
};

const crashes: Check = {
  id: 'stack-restarts',
  title: 'No engine keeps crashing',
  severity: 'warning',
  looks: 'how often each engine was started again since it last ran well',
  meaning: 'An engine crashes and comes back; three times in ten minutes and it is left stopped.',
  fix: () => '{localai} logs engine',
  needs: ['stack-answers', 'stack-models-ready'],
  assess: (facts) =>
    onStack(facts, ({ models }) => {
      const shaky = models.filter(({ restarts }) => restarts > 0);
      return shaky.length === 0
        ? ok('none was started again')
        : warn(shaky.map(({ id, restarts }) => `${id}: ${restarts} times`));
    }),
};

const context: Check = {
  id: 'stack-context',
  title: 'Requests may be as long as was asked for',
  severity: 'warning',
  looks: "the engine's own context window against the setting, and against what agents need",
  meaning:
    'The engine gave less than was asked, or too little for an agent: their first request alone takes 5,000 to 20,000 tokens.',
  fix: () =>
    '{localai} models catalog   # says how far each model reaches; a smaller one leaves more room for it',
  needs: ['stack-answers', 'stack-models-ready'],
  assess: (facts) =>
    onStack(facts, ({ models }, local) => {
      const wanted = local.settings.context;
      const known = models.filter(
        (model) => model.context !== null && !model.roles.every((role) => role === 'embedding'),
      );
      if (known.length === 0) return notChecked('no engine has told its window yet');
      const words = known.map(({ id, context: window }) => `${id}: ${window} tokens`);
      const short = known.filter(({ context: window }) => (window ?? 0) < (wanted ?? 16_384));
      if (short.length === 0) return ok(words);
      return warn([...words, wanted === null ? 'agents want 16384 and more' : `${wanted} were asked for`]);
    }),
};

const toolCall: Check = {
  id: 'stack-tool-call',
  title: 'The model calls a tool when it must',
  severity: 'error',
  looks: 'one real request through the gateway with a tool that must be called',
  meaning: 'Agents and editors live on tool calls; this model, or its parser, gives none.',
  fix: () => '{localai} models catalog   # says which models can; {localai} logs engine',
  needs: ['stack-answers', 'stack-models-ready'],
  assess: (facts) =>
    onStack(facts, (stack) =>
      when(stack.toolCall, ({ model, called, words }) =>
        called ? ok(`${model}: ${words}`) : fail(`${model}: ${words}`),
      ),
    ),
};

export const stackChecks: readonly Check[] = [
  ...[settings, strays, node, locale, answers, version, ready, crashes, context, toolCall],
];
