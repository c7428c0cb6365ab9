import { Template } from '@huggingface/jinja';
import type { RenderTemplate } from '../tool-syntax.ts';

/**
 * Small chat templates of our own that write calls the way the families named do, for tests. `CALLS` is Jinja over
 * `m.tool_calls`.
 */
const frame = (calls: string, turnEnd: string): string =>
  [
    "{% if tools %}{{ '<|start|>tools\\n' }}{% for t in tools %}{{ t | tojson }}{{ '\\n' }}{% endfor %}",
    '<|end|>{% endif %}',
    "{% for m in messages %}{{ '<|start|>' + m.role + '\\n' + m.content }}",
    `{% if m.tool_calls %}${calls}{% endif %}${turnEnd}{% endfor %}`,
    "{% if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}",
  ].join('');

const each = (call: string, between = ''): string =>
  `{% for c in m.tool_calls %}{% if not loop.first %}{{ '${between}' }}{% endif %}${call}{% endfor %}`;

const json = '{{ c.function.arguments | tojson }}';
const name = '{{ c.function.name }}';

const tagged = (argument: string): string =>
  `{% for k, v in c.function.arguments.items() %}${argument}{% endfor %}`;

const value = '{{ v if v is string else v | tojson }}';

/** Jinja needs its line breaks as expressions, or it may trim them. */
const lines = (text: string): string => text.replaceAll('\n', "{{ '\\n' }}");

interface Family {
  readonly calls: string;
  readonly turnEnd?: string;
}

const families: Readonly<Record<string, Family>> = {
  hermes: {
    calls: each(lines(`<tool_call>\n{"name": "${name}", "arguments": ${json}}\n</tool_call>`), '\\n'),
  },
  'llama 3': {
    calls: `{% if m.tool_calls | length > 1 %}{{ raise_exception('one call at a time') }}{% endif %}${each(`{"name": "${name}", "parameters": ${json}}`)}`,
  },
  devstral: { calls: each(`[TOOL_CALLS]${name}[ARGS]${json}`) },
  'mistral nemo': {
    calls: `[TOOL_CALLS][${each(`{"name": "${name}", "arguments": ${json}, "id": "{{ c.id }}"}`, ', ')}]`,
  },
  'mistral small': { calls: each(`[TOOL_CALLS]${name}[CALL_ID]{{ c.id }}[ARGS]${json}`) },
  'qwen coder': {
    calls: each(
      lines(
        `<tool_call>\n<function=${name}>\n${tagged(`<parameter={{ k }}>\n${value}\n</parameter>\n`)}</function>\n</tool_call>`,
      ),
      '\\n',
    ),
  },
  glm: {
    calls: each(
      lines(
        `<tool_call>${name}\n${tagged(`<arg_key>{{ k }}</arg_key>\n<arg_value>${value}</arg_value>\n`)}</tool_call>`,
      ),
      '\\n',
    ),
  },
  'glm without blanks': {
    calls: each(
      `<tool_call>${name}${tagged(`<arg_key>{{ k }}</arg_key><arg_value>${value}</arg_value>`)}</tool_call>`,
    ),
  },
  minimax: {
    calls: `${lines('<mm:tool_call>\n')}${each(lines(`<invoke name="${name}">\n${tagged(`<parameter name="{{ k }}">${value}</parameter>\n`)}</invoke>\n`))}</mm:tool_call>`,
  },
  'deepseek v3.2': {
    calls: `${lines('<x|calls>\n')}${each(lines(`<x|invoke name="${name}">\n${tagged(`<x|parameter name="{{ k }}" string="{{ 'true' if v is string else 'false' }}">${value}</x|parameter>\n`)}</x|invoke>\n`))}</x|calls>`,
  },
  deepseek: {
    calls: `<｜calls▁begin｜>${each(`<｜call▁begin｜>${name}<｜sep｜>${json}<｜call▁end｜>`)}<｜calls▁end｜>`,
  },
  kimi: {
    calls: `<|section_begin|>${each(`<|call_begin|>functions.${name}:{{ loop.index0 }}<|argument_begin|>${json}<|call_end|>`)}<|section_end|>`,
  },
  cohere: {
    calls: `<|START_ACTION|>[${each(lines(`\n    {"tool_call_id": "{{ loop.index0 }}", "tool_name": "${name}", "parameters": ${json}}`), ',')}${lines('\n]')}<|END_ACTION|>`,
  },
  functionary: { calls: each(`<function=${name}>${json}</function>`) },
  'end token of its own': {
    calls: each(`<|call:name|>${name}<|call:args|>${json}<|call:end|>`),
    turnEnd: "{{ '<|calls|>' if m.tool_calls else '<|end|>' }}",
  },
};

export const sampleTemplates: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(families).map(([family, { calls, turnEnd }]) => [
    family,
    frame(calls, turnEnd ?? '<|end|>'),
  ]),
);

/** Renders with the plain renderer; compiled templates are kept. */
export const sampleRenderer = (): RenderTemplate => {
  const compiled = new Map<string, Template>();
  return (template, variables) => {
    const known = compiled.get(template) ?? new Template(template);
    compiled.set(template, known);
    return known.render({ ...variables });
  };
};
