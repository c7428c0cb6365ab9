import { Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors.ts';
import { testedVllm } from '../machine/gpus/vllm-support.ts';
import { probeMachine } from '../machine/probe-machine.ts';
import { minorOf } from '../models/memory/version.ts';
import type { CardsPlan } from '../stack/cards/cards-plan.ts';
import { cardsPlanLines } from '../stack/cards/cards-text.ts';
import { planCards } from '../stack/cards/plan-cards.ts';
import { usableCards } from '../stack/cards/usable-cards.ts';
import { wantedModels } from '../stack/cards/wanted-models.ts';
import type { DefineCommand } from './command.ts';
import { type CardOptions, cardsAsked, gigabytes } from './plan/cards-asked.ts';
import { showEmbeddedPlan } from './plan/embedded-plan.ts';
import { planDocument } from './plan/plan-document.ts';

interface PlanOptions extends CardOptions {
  readonly context?: number;
  readonly concurrency: number;
  readonly quant?: string;
  readonly kvCache: string;
}

/** `32768`, `32k`, `32K`, `1M`: as vLLM reads it, k is 1000 and K is 1024. */
const tokens = (text: string): number => {
  const [, figure, unit = ''] = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text.trim()) ?? [];
  const factor = { '': 1, k: 1000, K: 1024, m: 1e6, M: 1024 ** 2 }[unit] ?? 1;
  const value = Math.round(Number(figure ?? Number.NaN) * factor);
  if (value >= 256 && value <= 10_000_000) return value;
  throw new InvalidArgumentError('It must be a number of tokens, e.g. 32768 or 32K.');
};

const requests = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1024) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 1024.');
};

const quantizations = ['bf16', 'fp8', 'int8', 'int4', 'nvfp4', 'mxfp4'] as const;
const cacheFormats = ['auto', 'bfloat16', 'fp8', 'int8_per_token_head'] as const;

export const define: DefineCommand = (open) =>
  new Command('plan')
    .description('what fits this machine, or another, and how it would be served')
    .argument(
      '[model...]',
      'a name, a family, a role, org/repo, or a path; when absent, what suits the machine',
    )
    .addOption(
      new Option('--gpu <name>', 'plan for this card instead of this machine').conflicts(['gpus', 'vram']),
    )
    .addOption(new Option('--gpus <names>', 'plan for several cards, e.g. 2x3090').conflicts(['gpu', 'vram']))
    .addOption(
      new Option('--vram <gb>', 'plan for a card of this size')
        .argParser(gigabytes)
        .conflicts(['gpu', 'gpus']),
    )
    .option('--context <tokens>', 'tokens in one request; when absent, the most that fit', tokens)
    .option('--concurrency <requests>', 'requests at once', requests, 8)
    .addOption(new Option('--quant <format>', 'weights in this format').choices(quantizations))
    .addOption(
      new Option('--kv-cache <format>', "format of the engine's cache").choices(cacheFormats).default('auto'),
    )
    .addHelpText(
      'after',
      `
Nothing is started or fetched. Families and roles (qwen-coder, mistral, coder, autocomplete) mean their best that fits.
Several models share the cards. Ends with 6 when what was asked for does not fit.

Examples:
  $ {localai} plan
  $ {localai} plan qwen3.6-27b --gpu "RTX 3090"
  $ {localai} plan coder autocomplete --vram 24
  $ {localai} plan qwen-general --gpus 2x3090 --context 128K
  $ {localai} plan org/repo --gpu "RTX 5090" --json`,
    )
    .action((models: string[], _options, command: Command) =>
      run(open(command), models, command.opts<PlanOptions>()),
    );

const run = async (context: Context, models: readonly string[], options: PlanOptions): Promise<void> => {
  const { system, exit } = context;
  const asked = cardsAsked(options);
  const report = asked ? undefined : await probeMachine(system);
  const found = report ? usableCards(report) : { cards: [], notes: [] };
  for (const note of found.notes) context.output.note(note);
  const cards = asked ?? found.cards;
  if (cards.length === 0) {
    await showEmbeddedPlan(context, models, options.context);
    return;
  }
  const wishes = {
    contextTokens: options.context,
    concurrency: options.concurrency,
    cacheFormat: options.kvCache,
    vllm: minorOf(testedVllm) ?? 32,
  };
  const plan = planCards({
    cards,
    wanted: await wantedModels(context, models, cards, wishes),
    contextTokens: options.context,
    concurrency: options.concurrency,
    quantization: options.quant,
    cacheFormat: options.kvCache,
    vllm: testedVllm,
    hostGib: report ? report.memory.totalBytes / 1024 ** 3 : null,
  });
  show(context, plan);
  if (models.length === 0 && plan.engines.length === 1) {
    context.output.note('With a model that completes lines beside it: `{localai} plan coder autocomplete`.');
  }
  if (plan.arrangement === 'none') exit(exitCodes.model);
};

const show = ({ output }: Context, plan: CardsPlan): void => {
  output.data(planDocument(plan));
  for (const line of cardsPlanLines(plan, output.columns ?? 80)) output.print(line);
};
