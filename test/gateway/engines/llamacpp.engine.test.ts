import { afterAll, beforeAll } from 'vitest';
import { askedModel } from '../../fakes/vllm-asks.ts';
import { startEngine, type TestEngine } from '../../support/engine.ts';
import { smokeModel } from '../../support/smoke-model.ts';
import { engineSuite } from './suite.ts';

/** The suite against the embedded engine, with the model of the repository. */
let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine({ file: smokeModel, modelId: askedModel });
});

afterAll(() => engine.stop());

engineSuite(() => ({ endpoint: { socket: engine.spec.socket }, model: askedModel }));
