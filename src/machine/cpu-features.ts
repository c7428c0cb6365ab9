/** Instruction sets that decide how fast, or whether, an engine computes on the processor. */
const telling: readonly string[] = [
  ...[
    'sse4_2',
    'avx',
    'f16c',
    'fma',
    'avx2',
    'avx512f',
    'avx512_bf16',
    'avx512_vnni',
    'amx_bf16',
    'amx_int8',
  ],
  ...['asimd', 'asimddp', 'bf16', 'i8mm', 'sve'],
];

/** From /proc/cpuinfo: `flags` on x86, `Features` on Arm. */
export const parseCpuFeatures = (cpuinfo: string | undefined): readonly string[] => {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo ?? '')?.[1] ?? '';
  const found = new Set(line.split(/\s+/));
  return telling.filter((name) => found.has(name));
};

/** What the kernel calls the processor; undefined where it does not say (Arm). */
export const parseCpuModel = (cpuinfo: string | undefined): string | undefined =>
  /^model name\s*:\s*(.+)$/m.exec(cpuinfo ?? '')?.[1]?.trim();
