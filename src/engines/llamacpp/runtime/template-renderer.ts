import { Template } from '@huggingface/jinja';
import type { Llama } from './library.ts';

type Variables = Readonly<Record<string, unknown>>;
type Render = (variables: Variables) => string;

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
      entry.plain = (given) => compiled.render({ ...given });
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
