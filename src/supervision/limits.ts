/** Stages of an order as the board counts them: the clock that holds it. */
export const STAGES = ['accept', 'dispatch', 'sign', 'final', 'audit', 'callback'] as const;
export type Stage = (typeof STAGES)[number];
