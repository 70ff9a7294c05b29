/** Whether a figure stays flat over time: pure. */

/** A figure of one moment: minutes since the beginning, and its value. */
export type Point = readonly [minute: number, value: number];

/** The line through the points by least squares. @returns its rise a minute. */
export function slope(points: readonly Point[]): number {
  const n = points.length;
  if (n < 2) return 0;
  const mean = (i: 0 | 1) => points.reduce((sum, p) => sum + p[i], 0) / n;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0) / spread;
}

/** The first part of a run, in which caches and compiled code come in, is no measure. */
const WARM_SHARE = 0.3;

/** What a figure may rise over the measured part of the run. */
export interface Allowed {
  /** As a share of its mean, or as so much, whichever is more. */
  share: number;
  much: number;
}

/** How much a figure rose beyond what is allowed, or why nobody can say, in words; null: it stayed flat. */
export function rose(name: string, points: readonly Point[], allowed: Allowed): string | null {
  const unknown = points.find((point) => !point.every(Number.isFinite));
  if (unknown) return `${name} was ${unknown[1]} at minute ${unknown[0].toFixed(1)}`;
  const last = points.at(-1)?.[0] ?? 0;
  const measured = points.filter(([minute]) => minute >= last * WARM_SHARE);
  // One look makes no line, and none at all was never flat.
  if (measured.length < 2) return `${name} was looked at too seldom: ${measured.length}`;
  const minutes = last - (measured[0]?.[0] ?? 0);
  const mean = measured.reduce((sum, p) => sum + p[1], 0) / measured.length;
  const rise = slope(measured) * minutes;
  const most = Math.max(allowed.much, mean * allowed.share);
  return rise > most
    ? `${name} rose by ${rise.toFixed(1)} in ${minutes.toFixed(0)} min (allowed ${most.toFixed(1)})`
    : null;
}
