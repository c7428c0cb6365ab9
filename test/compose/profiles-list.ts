import type { Profile } from './profiles.ts';

/** Machines and wishes whose stacks are kept as they are, by name. */
export const profiles: Readonly<Record<string, Profile>> = {
  'desktop-4090': { machine: 'desktop-4090' },
  'desktop-5090': { machine: 'desktop-5090' },
  'dgx-spark': { machine: 'dgx-spark' },
  h100: { machine: 'h100' },
  jetson: { machine: 'jetson' },
  't4-server': { machine: 't4-server' },
  'two-3090': { machine: 'two-3090' },
  wsl2: { machine: 'wsl2' },
  'desktop-4090-cdi': { machine: 'desktop-4090', style: 'cdi' },
  'desktop-4090-runtime': { machine: 'desktop-4090', style: 'runtime' },
  'coder-and-completion-share-a-4090': {
    machine: 'desktop-4090',
    settings: { model: 'coder,autocomplete' },
  },
  'two-mains-in-turns-on-a-5090': {
    machine: 'desktop-5090',
    settings: { model: 'Devstral-Small-2-24B-Instruct-2512,gemma-4-26B-A4B-it' },
  },
  'two-mains-apart-on-two-3090': {
    machine: 'two-3090',
    settings: { model: 'Qwen3.6-35B-A3B,gemma-4-12B-it' },
  },
  'coder-and-embedding-on-h100': { machine: 'h100', settings: { model: 'coder,embedding' } },
  'own-flags-and-the-network': {
    machine: 'h100',
    settings: {
      'gateway.host': '0.0.0.0',
      'gateway.port': 9000,
      context: 32_768,
      parallel: 2,
      args: {
        coder: ['--max-num-batched-tokens', '1024', '--override-generation-config', '{"temperature":0.6}'],
      },
      removeArgs: { '*': ['--gpu-memory-utilization'] },
    },
  },
};

/** Machines that get no Compose stack, and why. */
export const withoutStack: Readonly<Record<string, RegExp>> = {
  'amd-7900': /no NVIDIA card/,
  'apple-m4': /Linux/,
  'driver-broken': /driver/,
  'gtx-1080': /too old for vLLM/,
  'laptop-4060': /Compose v2 is not installed/,
  'no-gpu': /no NVIDIA card/,
  'suse-nouveau': /NVIDIA/,
};
