/** What a scene is, how large it is, and the one line that it prints. */
import type { Backend } from '../processes.ts';
import type { Verdict } from './history.ts';

/** Just enough to catch a planted bug; of every change; of the first of twenty seeds, which together are what quality.md asks. */
export type Size = 'plant' | 'ci' | 'full';

export interface Setting {
  seed: number;
  backend: Backend;
  size: Size;
  /** Of every process of the house: a planted bug. */
  env: NodeJS.ProcessEnv;
}

export interface Scene {
  title: string;
  /** Share of faults that must strike work in flight. */
  inFlight?: number;
  play(s: Setting): Promise<Played>;
  /** Ends what several runs share. */
  close?(): Promise<unknown>;
}

/** A verdict, and what else its line tells. */
export type Played = Verdict & { note?: string };

/** Faults that must strike work in flight, of all. */
export const IN_FLIGHT = 0.8;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** One line a run. */
export function lineOf(name: string, s: Pick<Setting, 'seed' | 'backend'>, v: Played): string {
  const share = v.faults === 0 ? 0 : Math.round((v.faultsInFlight / v.faults) * 100);
  const end = v.violations.length === 0 ? 'ok' : `RED: ${v.violations.slice(0, 3).join('; ')}`;
  return [
    `${name.toUpperCase()} ${s.backend} seed ${s.seed}: ${v.faults} faults`,
    `${v.faultsInFlight} in flight (${share} %)`,
    `${v.acknowledged} acknowledged`,
    `${v.lost} lost`,
    `${v.doubled} doubled`,
    `${v.late} late`,
    `slowest recovery ${seconds(v.slowestRecoveryMs)}`,
    ...(v.note ? [v.note] : []),
    end,
  ].join(', ');
}

/** A number between two. */
export const between = (next: () => number, range: { least: number; most: number }): number =>
  range.least + next() * (range.most - range.least);
