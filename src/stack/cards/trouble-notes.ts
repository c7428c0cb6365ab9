import type { PlanCard } from './card.ts';
import type { PlacedEngine } from './choose-build.ts';

/** What is known to go wrong with what is planned, on the cards that it is planned for. */
export const troubleNotes = (
  engines: readonly PlacedEngine[],
  cards: readonly PlanCard[],
): readonly string[] =>
  engines.flatMap(({ plan: { build, verdict }, cards: places }) => {
    if (verdict === 'no') return [];
    const { trouble = [], singleCardFrom } = build.model ?? {};
    const [place = 0, ...more] = places;
    const small = more.length === 0 && (cards[place]?.totalGib ?? 0) < (singleCardFrom?.gib ?? 0);
    const known = [
      ...(small && singleCardFrom ? [singleCardFrom.trouble] : []),
      ...trouble,
      ...build.trouble,
    ];
    return known.map((words) => `${build.name}: ${words}.`);
  });
