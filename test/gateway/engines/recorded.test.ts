import { afterAll, beforeAll } from 'vitest';
import { recordedVllm } from '../../fakes/recordings.ts';
import { type FakeUpstream, startUpstream } from '../../fakes/upstream.ts';
import { askedModel } from '../../fakes/vllm-asks.ts';
import { engineSuite } from './suite.ts';

/** The suite against what a real vLLM answered once: test/fixtures/vllm. */
let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startUpstream(recordedVllm(() => upstream.open, 0.05));
});

afterAll(() => upstream[Symbol.asyncDispose]());

engineSuite(() => ({ endpoint: upstream.endpoint, model: askedModel }));
