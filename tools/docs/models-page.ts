import { catalog } from '../../src/models/catalog/catalog.ts';
import type { CatalogModel } from '../../src/models/model.ts';
import { bytes } from '../../src/models/quantities.ts';
import { vllmModelsPart } from './vllm-models.ts';

const sure = {
  logged: 'seen by us',
  config: "from the model's own configuration",
  memory: 'from memory, not checked',
} as const;

const abilities = ({ tools, reasoning, fim, roles }: CatalogModel): string =>
  [
    ...(tools ? ['tools'] : []),
    ...(reasoning ? ['thinking'] : []),
    ...(fim ? ['fill-in'] : []),
    ...(roles.includes('embedding') ? ['embeddings'] : []),
  ].join(', ');

const row = (model: CatalogModel): string =>
  `| \`${model.name}\` | ${model.summary}${model.caveat ? `; **${model.caveat}**` : ''} | ${bytes(model.sizeBytes)} | ${model.contextTokens} | ${bytes(model.kvBytesPerToken)} | ${abilities(model)} | ${model.license} | ${sure[model.figures]} |`;

/** The catalogue, from its data. */
export const modelsPage = (): string => `# Models

Two engines, two lists: the embedded engine serves GGUF files on any machine, vLLM serves safetensors on NVIDIA cards.

## On any machine

What \`up\` chooses from on a machine without an NVIDIA card, and what \`localai models catalog\` lists there. Any other GGUF can
be served too: \`localai up --model org/repo\` or a path.

"Memory per token" is what the context takes beside the file: a context of 8192 tokens takes 8192 times as much, for each
request at once. The last column says how sure the figures are.

| name | what it is | file | context, tokens | memory per token | can | licence | figures |
|---|---|---|---|---|---|---|---|
${catalog.map(row).join('\n')}

${vllmModelsPart()}`;
