import { beforeAll, describe, test } from 'vitest';
import { type EngineUnderTest, engineSuite } from './suite.ts';

/** The suite against a real vLLM that someone has started; tools/record-vllm.ts says with which flags. */
const url = process.env['LOCALAI_TEST_VLLM'];

if (url === undefined) {
  test.skip('a real vLLM is tested when LOCALAI_TEST_VLLM=http://… names one', () => {});
} else {
  describe('a real vLLM', () => {
    let engine: EngineUnderTest;
    beforeAll(async () => {
      const answer = await fetch(new URL('/v1/models', url));
      const { data } = (await answer.json()) as { data: readonly { readonly id: string }[] };
      engine = { endpoint: { url }, model: data[0]?.id ?? '' };
    });
    engineSuite(() => engine);
  });
}
