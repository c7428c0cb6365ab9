import { failure } from '../errors.ts';
import type { ModelReference } from './reference.ts';

type HubReference = Extract<ModelReference, { kind: 'hub' }>;

const wrong = (reference: string, problem: string): Error =>
  failure('MODEL_REFERENCE', { reference, problem });

/** An owner or a repository, as the hub allows them: letters, digits, `-`, `_`, `.`; no `..`, none at an end. */
const isName = (part: string | undefined): part is string =>
  part !== undefined && /^[A-Za-z0-9]([\w.-]{0,94}[A-Za-z0-9_])?$/.test(part) && !/\.\.|--/.test(part);

const isInside = (path: string): boolean =>
  !path.includes('\\') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** Revisions with slashes of their own: pull requests and conversions. Any other slash begins the file. */
const slashed = /^(refs\/(?:pr|convert)\/[^/]+)(?:\/(.*))?$/;

const splitRevision = (text: string): readonly [revision: string, file: string | undefined] => {
  const [, revision, file] = slashed.exec(text) ?? [];
  if (revision) return [revision, file];
  const [first = '', ...rest] = text.split('/');
  return [first, rest.length > 0 ? rest.join('/') : undefined];
};

const checked = (
  typed: string,
  owner: string | undefined,
  name: string | undefined,
  revision: string,
  file: string | undefined,
): HubReference => {
  if (!isName(owner) || !isName(name)) throw wrong(typed, 'a repository is named org/repo');
  if (!/^[\w][\w./-]*$/.test(revision) || !isInside(revision)) {
    throw wrong(typed, `"${revision}" is not a revision: give a branch, a tag or a commit`);
  }
  if (file !== undefined && !isInside(file)) throw wrong(typed, `"${file}" is not a file of a repository`);
  return { kind: 'hub', repo: `${owner}/${name}`, revision, file };
};

/** Reads `org/repo[@revision][/file]`; `typed` is what the user wrote, for messages. Throws MODEL_REFERENCE. */
export const parseHubReference = (text: string, typed: string): HubReference => {
  const [, owner, rest = ''] = /^([^/]*)\/(.*)$/s.exec(text) ?? [];
  const at = rest.search(/[@/]/);
  const name = at < 0 ? rest : rest.slice(0, at);
  if (at >= 0 && rest[at] === '@') {
    const [revision, file] = splitRevision(rest.slice(at + 1));
    return checked(typed, owner, name, revision, file);
  }
  return checked(typed, owner, name, 'main', at < 0 ? undefined : rest.slice(at + 1));
};

const page = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^?#]+)/;

/** Whether this is the address of a page of the hub, as copied from a browser. */
export const isHubPage = (text: string): boolean => page.test(text);

/** Reads `https://huggingface.co/org/repo[/blob/revision/file]`. Throws MODEL_REFERENCE. */
export const parseHubPage = (typed: string): HubReference => {
  const path = (page.exec(typed)?.[1] ?? '').replace(/\/+$/, '');
  const [owner, name, view, ...rest] = path.split('/');
  if (view === undefined) return checked(typed, owner, name, 'main', undefined);
  if (!['blob', 'resolve', 'raw', 'tree'].includes(view) || rest.length === 0) {
    throw wrong(typed, 'it is not the address of a model or of a file of one');
  }
  const [revision, file] = splitRevision(rest.join('/'));
  return checked(typed, owner, name, revision, view === 'tree' ? undefined : file);
};

/** The reference as a user would type it. */
export const formatHubReference = ({ repo, revision, file }: HubReference): string =>
  `hf:${repo}${revision === 'main' ? '' : `@${revision}`}${file === undefined ? '' : `/${file}`}`;
