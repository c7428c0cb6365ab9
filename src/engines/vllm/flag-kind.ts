/**
 * What a flag of `vllm serve` takes: `switch` nothing, with a `--no-` form · `bare` nothing · `maybe` one word or
 * none · `words` and `ints` one or more · `amount` a whole number, also as `64k` or `64K` · `length` an amount, `auto`
 * or -1 · a list: one of these words.
 */
export type FlagKind =
  | 'switch'
  | 'bare'
  | 'maybe'
  | 'text'
  | 'json'
  | 'int'
  | 'number'
  | 'amount'
  | 'length'
  | 'words'
  | 'ints'
  | readonly string[];
