/** What setTimeout takes: after a longer wait it calls at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;
