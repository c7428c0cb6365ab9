import { Template } from '@huggingface/jinja';
import type { Llama } from './library.ts';

type Variables = Readonly<Record<string, unknown>>;
type Render = (variables: Variables) => string;

/** What templates may call beyond Jinja itself (Hugging Face's apply_chat_template gives them these). */
const helpers = {
  raise_exception: (message: string): never => {
    throw new Error(message);
  },
  strftime_now: (format: string): string => {
    const now = new Date();
    const two = (n: number): string => String(n).padStart(2, '0');
    const parts: Readonly<Record<string, string>> = {
      Y: String(now.getFullYear()),
      m: two(now.getMonth() + 1),
      d: two(now.getDate()),
      H: two(now.getHours()),
      M: two(now.getMinutes()),
      S: two(now.getSeconds()),
      B: now.toLocaleString('en-US', { month: 'long' }),
      b: now.toLocaleString('en-US', { month: 'short' }),
      A: now.toLocaleString('en-US', { weekday: 'long' }),
      a: now.toLocaleString('en-US', { weekday: 'short' }),
    };
    return format.replace(/%([A-Za-z])/g, (whole, letter: string) => parts[letter] ?? whole);
  },
};

/**
 * Renders chat templates: with llama.cpp's own renderer, and where that one is missing or gives up with
 * @huggingface/jinja. Compiled templates are kept; a model has one or two.
 */
export class TemplateRenderer {
  readonly #native: Llama['_bindings']['AddonJinjaRenderer'];
  readonly #compiled = new Map<string, { native: Render | undefined; plain: Render | undefined }>();

  constructor(llama: Pick<Llama, '_bindings'>) {
    const native = llama._bindings.AddonJinjaRenderer;
    this.#native = works(native) ? native : undefined;
  }

  /** False when the library's renderer is missing, and the slower, less exact one does the work. */
  get isNative(): boolean {
    return this.#native !== undefined;
  }

  /** Throws what the first renderer said when none can do it. */
  render(template: string, variables: Variables): string {
    const entry = this.#compiled.get(template) ?? { native: undefined, plain: undefined };
    this.#compiled.set(template, entry);
    const Native = this.#native;
    if (!Native) return this.#plain(template, entry)(variables);
    try {
      if (!entry.native) {
        const compiled = new Native(template);
        entry.native = (given) => compiled.render({ ...given });
      }
      return entry.native(variables);
    } catch (first) {
      try {
        return this.#plain(template, entry)(variables);
      } catch {
        throw first;
      }
    }
  }

  #plain(template: string, entry: { plain: Render | undefined }): Render {
    if (!entry.plain) {
      const compiled = new Template(template);
      entry.plain = (given) => compiled.render({ ...helpers, ...given });
    }
    return entry.plain;
  }
}

/** The renderer is internal to the library: tried before it is trusted. */
const works = (native: Llama['_bindings']['AddonJinjaRenderer']): boolean => {
  if (!native) return false;
  try {
    return (
      new native('{% for m in list %}{{ m.a }}{% endfor %}').render({ list: [{ a: 'x' }, { a: 'y' }] }) ===
      'xy'
    );
  } catch {
    return false;
  }
};
