/** Parts of vLLM that only reading films and sound needs; their builds go with another PyTorch. */
const leftOut = /^torch(?:codec|audio|vision)\b/;

/**
 * What the CPU build needs, from its wheel's METADATA. It asks for PyTorch's `+cpu` build, which only PyTorch's own
 * index has; the plain build of the same version, on every mirror, runs it as well. Pure.
 */
export const cpuRequirements = (metadata: string): readonly string[] => {
  const needs = metadata
    .split('\n')
    .filter((line) => line.startsWith('Requires-Dist: ') && !line.includes('extra =='))
    .map((line) => line.slice('Requires-Dist: '.length).trim())
    .filter((need) => !leftOut.test(need));
  const torch = needs.find((need) => need.startsWith('torch==') && need.includes('+cpu'));
  const others = needs.filter((need) => !/^torch==/.test(need));
  const plain = torch?.split(';')[0]?.replace('+cpu', '').trim();
  // What it imports all the same, of the versions that go with that PyTorch.
  return [...(plain === undefined ? [] : [plain]), ...others, 'torchvision', 'torchaudio'];
};
