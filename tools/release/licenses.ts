import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const marker = '/node_modules/';

/** The folder of the package that a bundled module came from; undefined for a module of our own. */
const packageFolder = (moduleId: string): string | undefined => {
  const path = moduleId.replace(/^\0/, '').split('?')[0] ?? '';
  const at = path.lastIndexOf(marker);
  if (at === -1) return undefined;
  const [first = '', second = ''] = path.slice(at + marker.length).split('/');
  return path.slice(0, at + marker.length) + (first.startsWith('@') ? `${first}/${second}` : first);
};

const licenceTexts = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name) && !/\.(js|ts|json)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());

const entry = (folder: string): string => {
  const {
    name,
    version,
    license = '',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const texts = licenceTexts(folder);
  if (license === '' && texts.length === 0) throw new Error(`${name} says nothing about its licence`);
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
};

/** The notices of everything that is in the bundle: their licences ask for it. Throws where a package has none. */
export const thirdPartyLicenses = (moduleIds: readonly string[]): string => {
  const folders = new Set(moduleIds.map(packageFolder).filter((folder) => folder !== undefined));
  const entries = [...folders].filter((folder) => existsSync(join(folder, 'package.json'))).map(entry);
  const line = `\n\n${'-'.repeat(80)}\n\n`;
  return `localai contains parts of these packages.${line}${[...new Set(entries)].sort().join(line)}\n`;
};
