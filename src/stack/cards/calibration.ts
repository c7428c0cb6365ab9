/** How wrong the estimates were on logged starts: docs/planning.md, and a test that compares. */
export const calibration = { starts: 60, medianGib: 0.04, meanGib: 0.22 } as const;
