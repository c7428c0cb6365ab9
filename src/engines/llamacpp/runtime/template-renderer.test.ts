import { expect, test } from 'vitest';
import type { Llama } from './library.ts';
import { TemplateRenderer } from './template-renderer.ts';

type Native = Llama['_bindings']['AddonJinjaRenderer'];

const withNative = (native: Native): TemplateRenderer =>
  new TemplateRenderer({
    _bindings: { ...(native ? { AddonJinjaRenderer: native } : {}) } as Llama['_bindings'],
  });

/** Renders what `new TemplateRenderer` tries out, and else what it was told. */
const native = (render: (template: string) => string): NonNullable<Native> =>
  class {
    readonly template: string;
    constructor(template: string) {
      this.template = template;
    }
    render(): string {
      return this.template.includes('for m in list') ? 'xy' : render(this.template);
    }
  };

test("llama.cpp's own renderer is used when it works", () => {
  const renderer = withNative(native((template) => `native: ${template}`));
  expect(renderer.isNative).toBe(true);
  expect(renderer.render('{{ a }}', { a: 1 })).toBe('native: {{ a }}');
});

test('one that gives wrong results is not', () => {
  const broken = class {
    render(): string {
      return '';
    }
  };
  const renderer = withNative(broken);
  expect(renderer.isNative).toBe(false);
  expect(renderer.render('{{ a }}', { a: 1 })).toBe('1');
});

test('what it cannot render the other one may', () => {
  const renderer = withNative(
    native(() => {
      throw new Error('not supported');
    }),
  );
  expect(
    renderer.render('{% for m in messages %}[{{ m.content }}]{% endfor %}', {
      messages: [{ content: 'hi' }],
    }),
  ).toBe('[hi]');
});

test('when neither can, the first says why', () => {
  const renderer = withNative(
    native(() => {
      throw new Error('roles must alternate');
    }),
  );
  expect(() => renderer.render("{{ raise_exception('no') }}", {})).toThrow('roles must alternate');
});

test('a template may ask for the date', () => {
  const rendered = withNative(undefined).render("{{ strftime_now('%Y-%m-%d') }}", {});
  expect(rendered).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});
