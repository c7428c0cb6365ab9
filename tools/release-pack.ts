import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RolldownOptions, rolldown } from 'rolldown';
import config from '../rolldown.config.ts';
import { thirdPartyLicenses } from './release/licenses.ts';

/**
 * Makes the package that is published: `npm run release:pack`. It differs from the checkout in that everything it needs
 * is in the bundle: a package.json of its own names no dependencies, so that npx fetches one file and starts.
 */
const root = join(import.meta.dirname, '..');
const release = join(root, 'release');
const folder = join(release, 'package');

/** Fields of package.json that mean something to whoever installs the package. */
const keptFields = ['name', 'version', 'description', 'license', 'type', 'bin'] as const;

/** bin/localai.js fetches a newer Node where it must, so npm need not warn about an older one. */
const engines = { node: '>=18' };

const shipped = ['bin', 'templates', 'webui-dist', 'LICENSE', 'README.md'];

/** Builds into the package and returns the files that went into it. */
const build = async (): Promise<readonly string[]> => {
  const { output, ...input } = config as RolldownOptions;
  const bundle = await rolldown(input);
  const built = await bundle.write({
    ...(Array.isArray(output) ? output[0] : output),
    dir: join(folder, 'dist'),
  });
  await bundle.close();
  return built.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
};

process.chdir(root);
rmSync(release, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const moduleIds = await build();
for (const name of shipped) {
  if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
const own = { ...Object.fromEntries(keptFields.map((field) => [field, manifest[field]])), engines };
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(own, undefined, 2)}\n`);
writeFileSync(join(folder, 'THIRD_PARTY_LICENSES'), thirdPartyLicenses(moduleIds));
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', release], {
    encoding: 'utf8',
  }),
) as { filename: string; size: number; unpackedSize: number; entryCount: number }[];
console.log(
  JSON.stringify({ ...packed, files: undefined, path: join(release, packed?.filename ?? '') }, undefined, 2),
);
