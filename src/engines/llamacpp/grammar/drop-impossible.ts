import { type Expression, mapParts, mentionedRules, never, partsOf } from './expression.ts';

/**
 * The rules without what can never be finished: an alternative that needs itself again without end, like an object
 * whose required property is such an object.
 */
export const dropImpossible = (rules: ReadonlyMap<string, Expression>): ReadonlyMap<string, Expression> => {
  const finishing = finishingRules(rules);
  const drop = (expression: Expression): Expression => {
    if (expression.kind === 'rule' && !finishing.has(expression.name)) {
      return endless(rules, finishing, expression.name);
    }
    return mapParts(expression, drop);
  };
  const kept = new Map<string, Expression>();
  for (const [name, body] of rules) kept.set(name, drop(body));
  return kept;
};

/** The reason why a rule can't be finished: that of the first part which can't. */
const endless = (
  rules: ReadonlyMap<string, Expression>,
  finishing: ReadonlySet<string>,
  name: string,
): Expression => {
  const seen = new Set<string>();
  const search = (expression: Expression): Expression | undefined => {
    if (expression.kind === 'never') return expression;
    if (expression.kind === 'rule') {
      if (finishing.has(expression.name) || seen.has(expression.name)) return undefined;
      seen.add(expression.name);
      const body = rules.get(expression.name);
      return body && search(body);
    }
    return partsOf(expression).map(search).find(Boolean);
  };
  return search({ kind: 'rule', name }) ?? never('', '$ref', 'it requires itself again without end');
};

/** Rules that can be finished. Whoever mentions one that has just been found is looked at again. */
const finishingRules = (rules: ReadonlyMap<string, Expression>): ReadonlySet<string> => {
  const users = new Map<string, string[]>();
  for (const [name, body] of rules) {
    for (const used of mentionedRules(body)) {
      const known = users.get(used);
      if (known) known.push(name);
      else users.set(used, [name]);
    }
  }
  const finishing = new Set<string>();
  const waiting = [...rules.keys()];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const body = rules.get(name);
    if (!body || finishing.has(name) || !canFinish(body, finishing)) continue;
    finishing.add(name);
    waiting.push(...(users.get(name) ?? []));
  }
  return finishing;
};

const canFinish = (expression: Expression, finishing: ReadonlySet<string>): boolean => {
  switch (expression.kind) {
    case 'never':
      return false;
    case 'rule':
      return finishing.has(expression.name);
    case 'sequence':
      return expression.parts.every((part) => canFinish(part, finishing));
    case 'choice':
      return expression.options.some((option) => canFinish(option, finishing));
    case 'repeat':
      return expression.min === 0 || canFinish(expression.part, finishing);
    default:
      return true;
  }
};
