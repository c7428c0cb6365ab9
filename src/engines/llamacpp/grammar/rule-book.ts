import { dropImpossible } from './drop-impossible.ts';
import { type Expression, empty, keyOf, mentionedRules, type Reason } from './expression.ts';
import { lowerRepeats, nativeSize } from './lower-repeats.ts';
import { printedRules } from './print-gbnf.ts';
import { RuleNames } from './rule-names.ts';
import { SchemaError } from './schema-error.ts';

/** A grammar above these is refused: it would take llama.cpp's parser tenths of a second and slow every token. */
const limits = { rules: 3000, nativeSize: 120_000, characters: 300_000 } as const;

/** The rules of a grammar while it is being made. */
export class RuleBook {
  readonly #rules = new Map<string, Expression>();
  readonly #shared = new Map<string, Expression>();
  readonly #names = new RuleNames();
  #exact = true;

  /** False as soon as something was let through that must be checked afterwards. */
  get exact(): boolean {
    return this.#exact;
  }

  markInexact(): void {
    this.#exact = false;
  }

  /** A new rule; its body may refer to it. */
  add(hint: string, body: (self: Expression) => Expression): Expression {
    const name = this.#names.take(hint);
    if (this.#rules.size >= limits.rules) throw new SchemaError('', '', 'it is too large for a grammar');
    this.#rules.set(name, empty);
    const self: Expression = { kind: 'rule', name };
    this.#rules.set(name, body(self));
    return self;
  }

  /** The rule known by `key`, made when it is first asked for. */
  shared(key: string, body: () => Expression, hint: string = key): Expression {
    const known = this.#shared.get(key);
    if (known) return known;
    return this.add(hint, (self) => {
      this.#shared.set(key, self);
      return body();
    });
  }

  /** The grammar of `root`. Throws SchemaError when nothing can match it or it is too large. */
  print(root: Expression): string {
    const possible = dropImpossible(new Map([['root', root], ...this.#rules]));
    const top = possible.get('root') ?? root;
    if (top.kind === 'never') throw unmeetable(top.reason);
    const lowered = new Map<string, Expression>();
    const parts = new Map<string, string>();
    const nameRule = (body: Expression): Expression => {
      const key = keyOf(body);
      const name = parts.get(key) ?? this.#names.take('part');
      parts.set(key, name);
      lowered.set(name, body);
      return { kind: 'rule', name };
    };
    for (const [name, body] of reachable(possible)) lowered.set(name, lowerRepeats(body, nameRule));
    let size = 0;
    for (const body of lowered.values()) size += nativeSize(body);
    if (size > limits.nativeSize) throw new SchemaError('', '', 'it is too large for a grammar');
    const printed = printedRules(lowered);
    if (printed.length > limits.characters) throw new SchemaError('', '', 'it is too large for a grammar');
    return printed;
  }
}

const unmeetable = ({ path, keyword, problem }: Reason): SchemaError =>
  new SchemaError(path, keyword, problem, true);

/** The rules that `root` needs, in the order in which it mentions them. */
const reachable = (rules: ReadonlyMap<string, Expression>): ReadonlyMap<string, Expression> => {
  const found = new Map<string, Expression>();
  const waiting = ['root'];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const body = rules.get(name);
    if (!body || found.has(name)) continue;
    found.set(name, body);
    waiting.push(...mentionedRules(body));
  }
  return found;
};
