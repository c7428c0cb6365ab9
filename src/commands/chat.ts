import { Command, InvalidArgumentError } from 'commander';
import type { ChatMessage, ChatRequest } from '../client/chat.ts';
import { createClient, type GatewayClient } from '../client/client.ts';
import type { Context } from '../context.ts';
import { failure, isFailure } from '../errors.ts';
import { type Answer, answerFacts, ask } from './chat/ask.ts';
import { converse } from './chat/conversation.ts';
import { readQuestion } from './chat/question.ts';
import { findGateway } from './chat/target.ts';
import type { DefineCommand } from './command.ts';

interface ChatOptions {
  readonly model?: string;
  readonly system?: string;
  readonly maxTokens?: number;
  readonly temperature: number;
  readonly url?: string;
}

/** The API's own default, 1, lets a small model ramble without end. */
const defaultTemperature = 0.3;

const number =
  (least: number, whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number of at least ${least}.`);
  };

const requestOf = (messages: readonly ChatMessage[], options: ChatOptions): ChatRequest => ({
  messages,
  temperature: options.temperature,
  ...(options.model === undefined ? {} : { model: options.model }),
  ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
});

/** Says what a reader should know of an answer: that it was cut, and with --verbose how fast it came. */
const remark = ({ output }: Context, answer: Answer): void => {
  if (answer.finishReason === 'length') output.warn('the answer was cut at the limit of tokens');
  output.detail(answerFacts(answer));
};

const showAnswer = async (
  context: Context,
  client: GatewayClient,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<string> => {
  const { output } = context;
  const { json } = output.options;
  const answer = await ask(context, client, request, signal, (text) =>
    json ? Promise.resolve() : output.stream(text),
  );
  if (json) output.data(answer);
  else if (!answer.answer.endsWith('\n')) await output.stream('\n');
  remark(context, answer);
  return answer.answer;
};

const chat = async (context: Context, words: readonly string[], options: ChatOptions): Promise<void> => {
  const { output, signal } = context;
  const question = await readQuestion(words, context);
  if (question === undefined && output.options.json) {
    throw failure('USAGE', { problem: 'With --json there must be a question.', command: 'chat' });
  }
  const client = createClient(await findGateway(context, options.url, 'chat'));
  const opening: ChatMessage[] = options.system ? [{ role: 'system', content: options.system }] : [];
  const turn = (messages: readonly ChatMessage[], until: AbortSignal): Promise<string> =>
    showAnswer(context, client, requestOf(messages, options), until);
  try {
    if (question === undefined) await converse(context, opening, turn);
    else await turn([...opening, { role: 'user', content: question }], signal);
  } catch (caught) {
    if (!signal.aborted || !isFailure(signal.reason)) throw caught;
    // Whoever stopped an answer needs no explanation.
    output.note('');
    context.exit(signal.reason.exitCode);
  } finally {
    await client.close();
  }
};

export const define: DefineCommand = (open) =>
  new Command('chat')
    .description('ask the model, or talk with it')
    .argument('[question...]', 'what to ask; what is piped in comes after it')
    .option('-m, --model <id>', 'which of the served models; otherwise the gateway picks')
    .option('-s, --system <text>', 'what the model is told before the question')
    .option('--max-tokens <n>', 'longest answer, in tokens', number(1, true))
    .option(
      '--temperature <t>',
      '0 for the likeliest words, 1 for livelier ones',
      number(0, false),
      defaultTemperature,
    )
    .option('--url <address>', 'another gateway, with the key in LOCALAI_API_KEY')
    .addHelpText(
      'after',
      `
Without a question on a terminal: a conversation, line by line.

Examples:
  $ {localai} chat "Write a Python function that adds two numbers."
  $ cat error.log | {localai} chat "What went wrong here?"
  $ {localai} chat --json "Say hello" | jq -r .answer`,
    )
    .action((words: string[], options: ChatOptions, command: Command) => chat(open(command), words, options));
