import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { Exchange } from '../../src/gateway/exchange.ts';
import { createRequestLog } from '../../src/gateway/request-log.ts';
import { logFacts } from '../../tools/docs/monitoring-page.ts';
import { http } from '../support/http.ts';
import { authorized, startTestGateway } from './gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8');

/** The blocks of code of a language. */
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text ?? '');

/** A line of the log with all that can be in one. */
const logLine = (change: Partial<Exchange> = {}): string => {
  const lines: string[] = [];
  const write = createRequestLog(pino({ base: null }, { write: (line: string) => lines.push(line) }));
  const exchange = {
    ...{ id: 'b3a1', key: { name: 'owner' }, method: 'POST', path: '/v1/chat/completions', model: 'tiny' },
    ...{ route: 'id', status: 200, startedAt: 0, firstByteAt: 2, firstEventAt: 3, isStreaming: true },
    ...{ attempts: 2, queuedMs: 1, overheadMs: 1, usage: { prompt: 7, completion: 3 } },
    ...{ bytesIn: 10, bytesOut: 20, fault: 'UPSTREAM_DIED', ...change },
  };
  write(exchange as Exchange, 10, 1_795_600_000_000);
  return lines.join('');
};

test('the facts of a line are those that the page explains', () => {
  const { level: _level, time: _time, msg: _msg, ...facts } = JSON.parse(logLine());
  expect(Object.keys(logFacts)).toEqual(Object.keys(facts));
});

describe('metrics', () => {
  const rows = [...page.matchAll(/^\| `((?:gen_ai|localai)_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );

  test('the table has what a gateway tells, each once, and no other', async () => {
    const gateway = await startTestGateway({});
    const { text } = await gateway.get('/metrics', {});
    const told = [...text.matchAll(/^# TYPE ((?:gen_ai|localai)_\w+) (\w+)$/gm)];
    expect(rows).toEqual(told.map(([, name, type]) => `${name} ${type}`));
  });

  test('the queries name metrics that there are', () => {
    const names = [
      ...blocks('promql')
        .join('')
        .matchAll(/\b(?:gen_ai|localai)_\w+_\w+(?=[{[ ])/g),
    ].map(([name]) => name);
    expect(names.length).toBeGreaterThan(8);
    const known = new Set(
      rows.flatMap((row) => {
        const [name = '', type] = row.split(' ');
        return type === 'histogram' ? ['bucket', 'sum', 'count'].map((end) => `${name}_${end}`) : [name];
      }),
    );
    for (const name of names) expect(known.has(name), name).toBe(true);
  });

  test('the example for Prometheus is YAML that asks where the metrics are', () => {
    const [example = ''] = blocks('yaml');
    const { scrape_configs } = parse(example);
    expect(scrape_configs[0]).toMatchObject({ job_name: 'localai' });
    expect(scrape_configs[0].metrics_path).toBeUndefined();
  });
});

test('what the page asks with curl is answered', async () => {
  const gateway = await startTestGateway({});
  const commands = blocks('sh')
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.includes('127.0.0.1:8080'));
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const path = /127\.0\.0\.1:8080([^" ]*)/.exec(command)?.[1] ?? '';
    const body = /-d '(.*)'/.exec(command)?.[1];
    if (path === '/api/events') {
      const status = await new Promise((resolve) => {
        const asked = get({ port: gateway.port, host: '127.0.0.1', path, headers: authorized }, (answer) => {
          resolve(answer.statusCode);
          asked.destroy();
        });
      });
      expect(status).toBe(200);
      continue;
    }
    const method = /-X (\w+)/.exec(command)?.[1] ?? 'GET';
    expect((await http(gateway.place, method, path, body, authorized)).status).toBe(200);
  }
});

const hasJq = spawnSync('jq', ['--version']).status === 0;

test.skipIf(!hasJq)('the questions to the log are answered', () => {
  const folder = mkdtempSync(join(tmpdir(), 'localai-monitoring-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'gateway.log');
  writeFileSync(log, logLine() + logLine({ id: 'other', fault: undefined, status: 499, usage: undefined }));
  const block = blocks('sh').find((text) => text.includes('jq ')) ?? '';
  const [first = '', ...lines] = block.trim().split('\n');
  expect(first).toMatch(/^log=/);
  const answers = lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const { stdout, stderr } = spawnSync('sh', ['-c', `log=${log}; ${line}`], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim();
    });
  expect(answers.map((answer) => answer.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^\{ "level": 30, .*"id": "b3a1"/),
    expect.stringContaining('{"id":"b3a1","model":"tiny","ms":10,"queuedMs":1,"firstTokenMs":3}'),
    '1 UPSTREAM_DIED',
    '{"id":"other","key":"owner","model":"tiny","ms":10}',
    '{"key":"owner","tokens":3}',
  ]);
});
