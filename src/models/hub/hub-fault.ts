import { failure, type LocalaiError } from '../../errors.ts';
import type { HttpAnswer } from '../../system/net.ts';
import type { HubSettings } from './settings.ts';

/** What was asked for, so that a refusal can be put into words. */
export interface HubTarget {
  readonly repo: string;
  readonly revision: string;
  /** Undefined when the repository's list of files was asked for. */
  readonly file: string | undefined;
}

const single = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? '';

const missing = (code: string, { repo, revision, file }: HubTarget): LocalaiError => {
  const inRevision = revision === 'main' ? repo : `${repo} at ${revision}`;
  if (code === 'RevisionNotFound') {
    return failure('HUB_NOT_FOUND', { what: `revision "${revision}" of ${repo}` });
  }
  if (file !== undefined && code !== 'RepoNotFound') {
    return failure('HUB_NOT_FOUND', { what: `file ${file} in ${inRevision}` });
  }
  return failure('HUB_NOT_FOUND', { what: `model ${repo}` });
};

/**
 * What an answer that is no success means. The hub says 401 for a repository that it does not show us, be it private
 * or not there at all; its headers tell the cases apart (huggingface_hub, utils/_http.py, hf_raise_for_status).
 */
export const hubFault = (
  { status, headers }: HttpAnswer,
  { endpoint, token }: HubSettings,
  target: HubTarget,
  url: string,
): LocalaiError => {
  const code = single(headers['x-error-code']);
  const badToken = single(headers['x-error-message']).startsWith('Invalid credentials');
  if (code === 'GatedRepo') {
    return failure('HUB_GATED', { model: target.repo, page: `${endpoint}/${target.repo}` });
  }
  if (badToken || (status === 403 && token !== undefined)) {
    return failure('HUB_TOKEN', { model: target.repo, page: `${endpoint}/settings/tokens` });
  }
  if (status === 404 || status === 401) return missing(code, target);
  if (status === 407) return failure('HUB_UNREACHABLE', { endpoint, problem: 'the proxy wants a password' });
  return failure('HUB_FAILED', { status, url });
};
