import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type LogLevelSetting, logLevels } from '../../api/log-level.ts';
import { failure } from '../../errors.ts';
import type { KeyCheck } from '../access/key-check.ts';
import { answerJson } from '../answers.ts';

const wanted = z.object({ level: z.enum(logLevels) });

const levelIn = (body: unknown): LogLevelSetting['level'] => {
  try {
    return wanted.parse(JSON.parse(String(body))).level;
  } catch (caught) {
    throw failure(
      'REQUEST_PARAMETER',
      { param: 'level', problem: `must be ${logLevels.join(', ')}` },
      caught,
    );
  }
};

/** `GET` and `PUT /api/log-level`: how much the log says, until the next start. For keys with the scope `admin`. */
export const logLevelRoute = (app: FastifyInstance, log: Logger, check: KeyCheck): void => {
  const onRequest = check('admin');
  app.get('/api/log-level', { onRequest }, ({ exchange }) => answerJson(exchange, { level: log.level }));
  app.put('/api/log-level', { onRequest }, ({ body, exchange }) => {
    const level = levelIn(body);
    // Told while the more talkative of both is set.
    const tell = () => log.warn({ logLevel: level, key: exchange.key?.name }, 'the log level was changed');
    const wasQuiet = !log.isLevelEnabled('warn');
    if (!wasQuiet) tell();
    log.level = level;
    if (wasQuiet) tell();
    answerJson(exchange, { level });
  });
};
