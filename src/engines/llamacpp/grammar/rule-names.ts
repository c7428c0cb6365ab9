const longest = 60;

/** Gives out names of rules, each once, in letters that GBNF takes. */
export class RuleNames {
  /** For each name, the number that comes after it next. */
  readonly #taken = new Map<string, number>([['root', 2]]);

  /** A name that reads like `hint`. */
  take(hint: string): string {
    const words = hint
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, longest)
      .replace(/-+$/, '');
    const plain = /^[A-Za-z]/.test(words) ? words : `rule-${words}`.replace(/-$/, '');
    let name = plain;
    let number = this.#taken.get(plain) ?? 1;
    while (this.#taken.has(name)) {
      name = `${plain}-${number}`;
      number += 1;
    }
    this.#taken.set(name, 2);
    if (name !== plain) this.#taken.set(plain, number);
    return name;
  }
}
