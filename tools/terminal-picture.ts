/**
 * Draws what was typed and printed in a terminal as an SVG, for the README:
 *
 *   node tools/terminal-picture.ts docs/images/up.txt > docs/images/up.svg
 *
 * Lines that begin with `$ ` were typed. The text is a session that really ran; only the key is shortened.
 */
import { readFileSync } from 'node:fs';

const file = process.argv[2] ?? '';
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');

const [lineHeight, charWidth, margin, bar] = [20, 8.4, 20, 36];
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * charWidth + 2 * margin);
const height = lines.length * lineHeight + margin + bar;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const colour = (line: string): string => {
  if (line.startsWith('$ ')) return '#ffffff';
  if (line.startsWith('✔')) return '#7ee787';
  if (line.startsWith('Note:')) return '#e3b341';
  return '#c9d1d9';
};

const text = lines
  .map((line, index) => {
    const y = bar + (index + 1) * lineHeight - 5;
    const weight = line.startsWith('$ ') ? ' font-weight="bold"' : '';
    return `<text x="${margin}" y="${y}" fill="${colour(line)}"${weight}>${escaped(line)}</text>`;
  })
  .join('\n');
const dots = ['#ff5f56', '#ffbd2e', '#27c93f']
  .map((fill, index) => `<circle cx="${margin + index * 18}" cy="18" r="6" fill="${fill}"/>`)
  .join('');

console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>A terminal: ${escaped(lines.find((line) => line.startsWith('$ ')) ?? '')}</title>
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${dots}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">
${text}
</g>
</svg>`);
