import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A tool in the shape that an agent sends. */
export interface ToolFixture {
  /** File and name. */
  readonly name: string;
  readonly parameters: unknown;
}

const folder = fileURLToPath(new URL('../../fixtures/tool-schemas/', import.meta.url));

export const toolFixtures = (): readonly ToolFixture[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const tools: readonly ToolFixture[] = JSON.parse(readFileSync(`${folder}${file}`, 'utf8'));
      return tools.map(({ name, parameters }) => ({
        name: `${file.replace('.json', '')} ${name}`,
        parameters,
      }));
    });

/** Which optional properties were seen in values, and which were missing where they could have been. */
export class OptionalProperties {
  readonly #seen = new Map<string, { present: number; absent: number }>();

  add(schema: unknown, value: unknown, path = ''): void {
    if (!isObject(schema)) return;
    if (Array.isArray(value)) for (const item of value) this.add(schema['items'], item, `${path}[]`);
    if (!isObject(value) || !isObject(schema['properties'])) return;
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    for (const [name, part] of Object.entries(schema['properties'])) {
      const place = `${path}.${name}`;
      const isThere = Object.hasOwn(value, name);
      if (!required.includes(name)) this.#count(place, isThere);
      if (isThere) this.add(part, value[name], place);
    }
  }

  /** Places that were never absent, or never present. */
  get alwaysThere(): readonly string[] {
    return [...this.#seen].filter(([, { absent }]) => absent === 0).map(([place]) => place);
  }

  get neverThere(): readonly string[] {
    return [...this.#seen].filter(([, { present }]) => present === 0).map(([place]) => place);
  }

  get sometimesThere(): readonly string[] {
    return [...this.#seen]
      .filter(([, { absent, present }]) => absent > 0 && present > 0)
      .map(([place]) => place);
  }

  #count(place: string, isThere: boolean): void {
    const count = this.#seen.get(place) ?? { present: 0, absent: 0 };
    this.#seen.set(place, count);
    if (isThere) count.present += 1;
    else count.absent += 1;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
