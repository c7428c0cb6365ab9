/** One variable of the stack's .env: what it is for, and what holds where it is not given. */
interface Variable {
  readonly name: string;
  readonly about: string;
  /** Shown in .env.example. */
  readonly example: string;
}

/** All of them, in the order of the file. */
export const variables = [
  {
    name: 'LOCALAI_VERSION',
    about: 'The version of localai below app/ that the gateway runs. `localai up` sets it.',
    example: '0.1.0',
  },
  {
    name: 'LOCALAI_BIND',
    about:
      'The address that the gateway is published on. 127.0.0.1: this machine alone; 0.0.0.0: the network.',
    example: '127.0.0.1',
  },
  { name: 'LOCALAI_PORT', about: 'The port that the gateway is published on.', example: '8080' },
  {
    name: 'LOCALAI_UID',
    about: 'The user that the containers run as: yours, so that you own what they write (`id -u`).',
    example: '1000',
  },
  { name: 'LOCALAI_GID', about: 'The group that they run as (`id -g`).', example: '1000' },
  {
    name: 'LOCALAI_KEYS',
    about: 'The folder that holds keys.json, which is read only.',
    example: '/home/me/.config/localai',
  },
  {
    name: 'LOCALAI_MODELS',
    about: 'The cache of Hugging Face: the models. Written by `pull` alone.',
    example: '/home/me/.cache/huggingface/hub',
  },
  { name: 'NODE_IMAGE', about: 'What the gateway and `pull` run in.', example: 'node:24-slim' },
  { name: 'VLLM_IMAGE', about: 'What the engines run in.', example: 'vllm/vllm-openai:v0.32.0' },
  { name: 'GATEWAY_MEMORY', about: 'The most memory that the gateway may take.', example: '1g' },
  { name: 'HF_ENDPOINT', about: 'Another hub, or a mirror of it.', example: '' },
  { name: 'HTTP_PROXY', about: 'The proxy that `pull` uses.', example: '' },
  { name: 'HTTPS_PROXY', about: 'The same for https.', example: '' },
  { name: 'NO_PROXY', about: 'Hosts that are reached without it.', example: '' },
] as const satisfies readonly Variable[];

export type VariableName = (typeof variables)[number]['name'];

/** Values of the stack's variables. */
export type StackEnv = Readonly<Record<VariableName, string>>;
