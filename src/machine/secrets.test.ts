import { expect, test } from 'vitest';
import { withoutSecrets } from './secrets.ts';

test.each([
  ['http://ada:secret@proxy:3128', 'http://***@proxy:3128'],
  ['HTTPS_PROXY=https://u:p@h/', 'HTTPS_PROXY=https://***@h/'],
  ['token hf_AbCdEf123456 end', 'token hf_*** end'],
  ['lai-0123456789abcdef', 'lai-***'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1'],
  ['the desk-top is fine', 'the desk-top is fine'],
])('%s', (text, expected) => expect(withoutSecrets(text)).toBe(expected));
