import { defineConfig } from 'vitest/config';

/**
 * Four projects. `unit` runs files side by side. `engine` and `e2e` use the real embedded engine and run one file
 * at a time, after each other: two busy workers starve llama.cpp on a small machine. `vllm` uses the real vLLM and Docker,
 * and is run on its own: `npm run test:vllm`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
          exclude: ['**/*.engine.test.ts', 'test/e2e/**', 'test/vllm/**', '**/node_modules/**'],
          // For machines that are busy with something else: no test waits this long to pass.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'engine',
          include: ['src/**/*.engine.test.ts', 'test/**/*.engine.test.ts'],
          exclude: ['test/e2e/**', 'test/vllm/**', '**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: ['test/e2e/support/build.ts'],
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'vllm',
          globalSetup: ['test/e2e/support/build.ts'],
          include: ['test/vllm/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
