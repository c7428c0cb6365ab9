/** How many cases of each kind are tried: most where a case costs next to nothing, a hundred thousand in all. */
export const runs = {
  bodies: 20_000,
  members: 14_000,
  usage: 14_000,
  endings: 6000,
  names: 10_000,
  patterns: 8000,
  paths: 8000,
  keys: 6000,
  hosts: 6000,
  addresses: 5000,
  headers: 6000,
  framings: 800,
  pauses: 100,
  answers: 1200,
  requests: 1200,
} as const;
