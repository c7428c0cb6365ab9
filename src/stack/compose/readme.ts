/** The README.md of the stack's folder. */
export const renderReadme = (url: string): string => `# A stack of localai

This folder stands alone: \`docker compose up -d\` in it starts the same stack without localai, \`docker compose down\`
stops it. The gateway answers at ${url}; your API key is in \`owner.key\`, in the folder that \`LOCALAI_KEYS\` names.

| file | what it is |
|---|---|
| \`compose.yaml\` | the services; written anew by every \`localai up\` |
| \`compose.override.yaml\` | yours, and never touched: Compose reads it after compose.yaml |
| \`.env\` | variables; what you change stays, and \`localai up\` shows the difference |
| \`.env.example\` | every variable, with what it is for |
| \`config/gateway.yaml\` | what the gateway serves; written anew by \`localai up\` |
| \`bin/engine-run\` | starts an engine, keeps its log, stops after three crashes in ten minutes |
| \`app/\` | localai itself, as the gateway runs it |
| \`state/\`, \`logs/\` | what became of each engine, and what it said last |
| \`cache/\` | what vLLM compiled, so that the next start is quicker |
| \`data/\` | the gateway's usage counters |
| \`secrets/\` | the token for the model hub, if there is one |

Networks: \`internal\` joins the gateway and the engines and has no way out; \`egress\` is the way out of \`pull\`, which
downloads; \`edge\` carries the published port. Models lie in the cache of Hugging Face, which engines only read.

For example, more time for a start on a slow disk, in \`compose.override.yaml\`:

\`\`\`yaml
services:
  vllm-coder:
    healthcheck:
      start_period: 1h
\`\`\`
`;
