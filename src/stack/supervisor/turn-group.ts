import type { ServedModel } from '../../api/gateway-config.ts';
import type { ModelState } from '../../api/models.ts';

export type TurnRules = NonNullable<ServedModel['turns']>;

/** A model that is loaded when it is asked for. */
export interface TurnMember {
  readonly id: string;
  readonly rules: TurnRules;
  /** How its engine is, whatever is planned for it. */
  state(): ModelState;
  /** Begins to load it. */
  load(): void;
  /** Resolves once it is ready; rejects when it will not be. */
  loaded(): Promise<void>;
  /** Resolves when its memory is free. */
  unload(): Promise<void>;
  /** Of one that somebody else starts: whether it is up, so that it can be told to sleep. */
  readonly isUp?: () => Promise<boolean>;
}

/** Models that share memory. */
export interface TurnGroup {
  /** Who is in, or on its way in. */
  current: string | undefined;
  /** It answers what it has begun, and goes. */
  leaving: boolean;
  /** When the current one began to load, and since when it is ready; ms of a monotonic clock. */
  beganAt: number;
  readyAt: number | undefined;
  /** Who was asked for, in the order of asking. */
  readonly wanted: string[];
  /** Whether somebody is being loaded or unloaded, or a time is waited for. */
  working: boolean;
}

export const newGroup = (): TurnGroup => ({
  ...{ current: undefined, leaving: false, beganAt: 0, readyAt: undefined, wanted: [], working: false },
});

/** A model without a group is one of its own. */
export const groupOf = ({ id, rules }: TurnMember): string =>
  rules.group === undefined ? `model ${id}` : `group ${rules.group}`;
