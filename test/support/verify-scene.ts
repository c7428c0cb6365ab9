import { openWire } from '../../src/client/wire.ts';
import { realClock } from '../../src/system/clock.ts';
import type { Scene } from '../../src/verify/check.ts';
import { listModels } from '../../src/verify/list-models.ts';
import { reportOf, type VerifyReport } from '../../src/verify/report.ts';
import { runChecks } from '../../src/verify/run-checks.ts';

/** Whoever waits by this clock waits for nothing; its time goes on all the same. */
const hurriedClock = (): Scene['clock'] => {
  let skipped = 0;
  return {
    now: () => realClock.now() + skipped,
    monotonic: () => realClock.monotonic() + skipped,
    sleep: async (ms) => {
      skipped += ms;
      await realClock.sleep(1);
    },
  };
};

/** Verifies a gateway as the command does. */
export const verifyGateway = async (
  url: string,
  key: string | undefined,
  only?: readonly string[],
): Promise<VerifyReport> => {
  const wire = openWire(url, key);
  const { signal } = new AbortController();
  try {
    const models = await listModels(wire, signal);
    const scene: Scene = {
      ...{ wire, models, signal, clock: hurriedClock(), loadMs: 60_000 },
      keyed: key !== undefined,
      longestPrompt: 'whole',
    };
    const results = await runChecks({
      scene,
      wanted: (id) => only === undefined || only.includes(id),
      quick: false,
      onBegin: () => {},
      onEnd: () => {},
    });
    return reportOf(
      wire.url,
      models.map(({ id }) => id),
      results,
      0,
    );
  } finally {
    await wire.close();
  }
};
