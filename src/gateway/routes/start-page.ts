import type { FastifyInstance } from 'fastify';
import { answer } from '../answers.ts';
import type { Served } from '../served-models.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => entities[found] ?? '');

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}
code,pre{font:14px/1.5 ui-monospace,monospace;background:#f3f3f3;border-radius:4px;padding:.1em .3em}
pre{padding:1rem;overflow:auto}td,th{text-align:left;padding:.2rem 1.5rem .2rem 0}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}code,pre{background:#262626}a{color:#8bf}}`;

const row = (model: Served): string => {
  const status = model.status();
  const context = status?.context ?? model.contextWindow;
  const cells = [
    model.id,
    model.roles.join(', ') || '-',
    status?.state ?? 'ready',
    context ? String(context) : '-',
  ];
  return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
};

const example = (url: string, model: string): string => `curl ${url}/v1/chat/completions \\
  -H "Authorization: Bearer $LOCALAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": ${JSON.stringify(model)}, "messages": [{"role": "user", "content": "Hello"}]}'`;

/** What runs here and how to connect; never a key. `url` comes from the request, so it is escaped like all else. */
const startPage = (models: readonly Served[], url: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>localai</title><style>${style}</style></head><body>
<h1>localai</h1>
<p>This machine serves language models over the OpenAI API.</p>
<table><tr><th>Model</th><th>Role</th><th>State</th><th>Context</th></tr>
${models.map(row).join('\n')}</table>
<h2>Connect</h2>
<p>Base URL: <code>${escaped(url)}/v1</code><br>
API key: <code>localai key show</code> prints it in a terminal on that machine.</p>
<pre>${escaped(example(url, models[0]?.id ?? ''))}</pre>
<p><a href="/health">/health</a> · <a href="/ready">/ready</a></p>
</body></html>
`;

/** Nothing is loaded from anywhere and no script runs. */
const headers = [
  'content-security-policy',
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ...['x-content-type-options', 'nosniff'],
  ...['cache-control', 'no-store'],
];

/** `GET /` while there is no browser UI. */
export const startPageRoute = (app: FastifyInstance, models: readonly Served[]): void => {
  app.get('/', ({ exchange, headers: { host = 'localhost' } }) => {
    answer(exchange, 200, 'text/html; charset=utf-8', startPage(models, `http://${host}`), headers);
  });
};
