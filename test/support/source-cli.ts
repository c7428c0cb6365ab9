// `localai` from its sources, for tests that need it as a program of its own: `node source-cli.ts up`.
import { run } from '../../src/cli.ts';

process.exit(await run(process.argv.slice(2)));
