import { createHash } from 'node:crypto';

/** A model id as the name of its engine's files; ids that differ get names that differ. */
export const engineFileName = (modelId: string): string => {
  const plain = modelId.replace(/[^\w.-]+/g, '-').slice(0, 80);
  if (plain === modelId) return plain;
  return `${plain}-${createHash('sha256').update(modelId).digest('hex').slice(0, 6)}`;
};
