/** A reader of GBNF that makes random texts of it, for tests. */

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'class'; readonly pick: (random: () => number) => string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const token =
  /\s*(?:#.*|("(?:\\.|[^"\\])*")|(\[(?:\\.|[^\]\\])*\])|([a-zA-Z][a-zA-Z0-9-]*\s*::=)|([a-zA-Z][a-zA-Z0-9-]*)|(\{\d+(?:,\d*)?\})|([()|?*+.]))/y;

const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, x, u, big, sign) => {
    const code: string | undefined = x ?? u ?? big;
    return code === undefined ? (escapes[sign] ?? sign) : String.fromCodePoint(Number.parseInt(code, 16));
  });

/** What a negated class may be in a text: enough to stumble over. */
const alphabet = [...'abcXYZ019 _-.,:;!?(){}[]<>/="\'\\|`\né漢🙂'];

const classOf = (source: string): Node => {
  const negated = source.startsWith('[^');
  const parts = unescapedParts(source.slice(negated ? 2 : 1, -1));
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i < parts.length; i++) {
    const from = parts[i]?.codePointAt(0) ?? 0;
    const isRange = parts[i + 1] === '-' && i + 2 < parts.length;
    ranges.push([from, isRange ? (parts[i + 2]?.codePointAt(0) ?? from) : from]);
    if (isRange) i += 2;
  }
  const has = (sign: string): boolean =>
    ranges.some(([from, to]) => from <= (sign.codePointAt(0) ?? 0) && (sign.codePointAt(0) ?? 0) <= to);
  const allowed = alphabet.filter((sign) => !has(sign));
  const pick = (random: () => number): string => {
    if (negated) return allowed[Math.floor(random() * allowed.length)] ?? 'a';
    const [from, to] = ranges[Math.floor(random() * ranges.length)] ?? [97, 97];
    return String.fromCodePoint(from + Math.floor(random() * (to - from + 1)));
  };
  return { kind: 'class', pick };
};

const unescapedParts = (text: string): readonly string[] =>
  (text.match(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[\s\S]/gu) ?? []).map(unescaped);

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  #next(): RegExpExecArray | null {
    for (;;) {
      token.lastIndex = this.#at;
      const found = token.exec(this.#source);
      if (!found?.[0].trim().startsWith('#')) return found;
      this.#at = token.lastIndex;
    }
  }

  rules(): Map<string, Node> {
    const rules = new Map<string, Node>();
    for (;;) {
      const head = this.#next()?.[3];
      if (head === undefined) break;
      this.#at = token.lastIndex;
      const name = head.replace('::=', '').trim();
      if (rules.has(name)) throw new Error(`two rules are called ${name}`);
      rules.set(name, this.#choice());
    }
    if (this.#source.slice(this.#at).trim() !== '') {
      throw new Error(`not GBNF: ${this.#source.slice(this.#at, this.#at + 60)}`);
    }
    return rules;
  }

  #choice(): Node {
    const nodes = [this.#sequence()];
    while (this.#next()?.[6] === '|') {
      this.#at = token.lastIndex;
      nodes.push(this.#sequence());
    }
    return { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (;;) {
      const found = this.#next();
      if (!found) break;
      const [, text, characters, , rule, times, sign] = found;
      const end = token.lastIndex;
      const last = nodes.at(-1);
      if (text !== undefined) nodes.push({ kind: 'text', text: unescaped(text.slice(1, -1)) });
      else if (characters !== undefined) nodes.push(classOf(characters));
      else if (rule !== undefined) nodes.push({ kind: 'rule', name: rule });
      else if (sign === '(') {
        this.#at = end;
        nodes.push(this.#choice());
        if (this.#next()?.[6] !== ')') throw new Error('a bracket is not closed');
        this.#at = token.lastIndex;
        continue;
      } else if (last && (times !== undefined || (sign !== undefined && '?*+'.includes(sign)))) {
        nodes[nodes.length - 1] = repeated(last, times ?? sign ?? '');
      } else break;
      this.#at = end;
    }
    return { kind: 'sequence', nodes };
  }
}

const repeated = (node: Node, sign: string): Node => {
  if (sign === '?') return { kind: 'repeat', node, min: 0, max: 1 };
  if (sign === '*') return { kind: 'repeat', node, min: 0, max: Infinity };
  if (sign === '+') return { kind: 'repeat', node, min: 1, max: Infinity };
  const [, min = '0', comma, max = ''] = /\{(\d+)(,?)(\d*)\}/.exec(sign) ?? [];
  const least = Number(min);
  return {
    kind: 'repeat',
    node,
    min: least,
    max: comma === '' ? least : max === '' ? Infinity : Number(max),
  };
};

/** Beyond this many steps only the shortest ways are taken. */
const patience = 400;

/** Random texts of a grammar; throws when it is no GBNF, or a rule is missing. */
export const gbnfSampler = (gbnf: string): ((random: () => number) => string) => {
  const rules = new Reader(gbnf).rules();
  const depths = shortest(rules);
  return (random) => {
    let steps = 0;
    const write = (node: Node): string => {
      steps++;
      if (node.kind === 'text') return node.text;
      if (node.kind === 'class') return node.pick(random);
      if (node.kind === 'rule') return write(ruleOf(rules, node.name));
      if (node.kind === 'sequence') return node.nodes.map(write).join('');
      if (node.kind === 'repeat') {
        const most = Math.min(node.max, steps > patience ? node.min : node.min + 4);
        const times = node.min + Math.floor(random() * (most - node.min + 1));
        return Array.from({ length: times }, () => write(node.node)).join('');
      }
      const easiest = Math.min(...node.nodes.map((one) => depthOf(one, depths)));
      const open =
        steps > patience ? node.nodes.filter((one) => depthOf(one, depths) === easiest) : node.nodes;
      const chosen = open[Math.floor(random() * open.length)];
      return chosen ? write(chosen) : '';
    };
    return write({ kind: 'rule', name: 'root' });
  };
};

const ruleOf = (rules: ReadonlyMap<string, Node>, name: string): Node => {
  const rule = rules.get(name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  return rule;
};

const depthOf = (node: Node, depths: ReadonlyMap<string, number>): number => {
  if (node.kind === 'rule') return 1 + (depths.get(node.name) ?? Infinity);
  if (node.kind === 'sequence') return Math.max(0, ...node.nodes.map((one) => depthOf(one, depths)));
  if (node.kind === 'choice') return Math.min(...node.nodes.map((one) => depthOf(one, depths)));
  if (node.kind === 'repeat') return node.min === 0 ? 0 : depthOf(node.node, depths);
  return 0;
};

/** How many rules deep each rule goes at least. */
const shortest = (rules: ReadonlyMap<string, Node>): ReadonlyMap<string, number> => {
  const depths = new Map<string, number>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, node] of rules) {
      const depth = depthOf(node, depths);
      if (depth < (depths.get(name) ?? Infinity)) {
        depths.set(name, depth);
        changed = true;
      }
    }
  }
  for (const name of rules.keys()) {
    if (!depths.has(name)) throw new Error(`the rule ${name} never ends`);
  }
  return depths;
};
