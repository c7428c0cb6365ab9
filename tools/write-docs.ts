import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './docs/pages.ts';

/** Writes the pages of docs/ that are made from the code: `npm run docs`. A test says when they are out of date. */
const folder = join(import.meta.dirname, '../docs');

mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(pages)) writeFileSync(join(folder, name), await make());
