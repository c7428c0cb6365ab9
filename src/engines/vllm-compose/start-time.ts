/**
 * Seconds that vLLM takes to its first answer on a machine where it never ran: loading, compiling, graphs. As users report of 0.20 to 0.32:
 * 2 to 3 minutes for 27B in 4 bit (17 GiB) on a 3090, half of it from the second time on.
 */
const firstStartSeconds = (weightsGib: number): number => Math.round(90 + 5 * weightsGib);

/** How much longer than that a slow disk may take before the container counts as sick. */
const patience = 4;

/** The health check's start period for an engine that starts after `order` others of that kind. */
export const startPeriodSeconds = (weightsGib: number, order: number): number =>
  firstStartSeconds(weightsGib) * patience * (order + 1);
