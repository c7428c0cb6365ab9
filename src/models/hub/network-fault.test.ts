import { expect, test } from 'vitest';
import { failure } from '../../errors.ts';
import { isNetworkFault, isNobodyThere, networkProblem } from './network-fault.ts';

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

test.each([
  ['ENOTFOUND', 'its name is not known', true],
  ['EAI_AGAIN', 'its name cannot be looked up now', true],
  ['ECONNREFUSED', 'nothing listens there', true],
  ['UND_ERR_CONNECT_TIMEOUT', 'no answer', true],
  ['CERT_HAS_EXPIRED', 'its certificate has expired', true],
  ['ECONNRESET', 'the connection was cut', false],
  ['UND_ERR_BODY_TIMEOUT', 'nothing came any more', false],
])('%s: %s', (code, words, hopeless) => {
  expect(networkProblem(coded(code))).toBe(words);
  expect(isNetworkFault(coded(code))).toBe(true);
  expect(isNobodyThere(coded(code))).toBe(hopeless);
});

test('the reason is found inside: several addresses tried, a cause', () => {
  const several = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')], '');
  expect(networkProblem(several)).toBe('nothing listens there');
  expect(networkProblem(new TypeError('fetch failed', { cause: coded('ENOTFOUND') }))).toBe(
    'its name is not known',
  );
});

test('a code without words of its own gives its message', () => {
  const refused = coded('UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling');
  expect(networkProblem(refused)).toBe('Proxy response (403) !== 200 when HTTP Tunneling');
  expect(isNetworkFault(refused)).toBe(true);
});

test.each([
  coded('ENOSPC'),
  coded('EACCES'),
  coded('ERR_INVALID_ARG_TYPE'),
  new TypeError('undefined is not a function'),
  failure('CANCELLED', {}),
  new DOMException('stopped', 'AbortError'),
  'a text',
])('%s is none of the network', (fault) => {
  expect(isNetworkFault(fault)).toBe(false);
});
