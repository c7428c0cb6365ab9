import { vllmCatalog } from '../src/models/catalog/vllm/catalog.ts';
import { catalogProblems } from './catalog/problems.ts';

/** `node tools/check-catalog.ts`: checks the catalogue of vLLM's models against its form and its own arithmetic. */
const problems = catalogProblems(vllmCatalog);
for (const problem of problems) console.log(problem);
console.log(
  problems.length === 0 ? `${vllmCatalog.length} models, nothing wrong` : `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
