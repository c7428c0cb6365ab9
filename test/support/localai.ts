// localai from the sources, without a build: `node test/support/localai.ts up`.
import { run } from '../../src/cli.ts';

process.exit(await run(process.argv.slice(2), process.env, process));
