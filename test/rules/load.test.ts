import { describe, expect, it } from 'vitest';
import { PUT_OFF } from '../../src/load-classes.ts';
import {
  LOAD_CLASSES,
  isPutOff,
  levelAfter,
  sharesOf,
  smoothed,
} from '../../src/platform/rules.ts';
import { rose } from '../soak/flat.ts';
import type { Point } from '../soak/flat.ts';

const LIMITS = { lagMs: 500, waiting: 50, waitMs: 500 };
const calm = { lagMs: 0, waiting: 0, waitMs: 0 };
const late = (lagMs: number) => ({ ...calm, lagMs });
const crowded = (waiting: number) => ({ ...calm, waiting });
const stuck = (waitMs: number) => ({ ...calm, waiting: 3, waitMs });

describe('what is put off', () => {
  it.each([
    ['nothing when nothing is the matter', calm, 0],
    ['nothing just below', late(499), 0],
    ['reports at the limit of the event loop', late(500), 1],
    ['lists at twice that', late(1_000), 2],
    ['reports at the limit of those who wait', crowded(50), 1],
    ['not lists just below twice that', crowded(99), 1],
    ['lists at twice that', crowded(100), 2],
    ['reports when few wait, but one of them long', stuck(500), 1],
    ['lists when it waits twice that', stuck(1_000), 2],
    ['by what is worst', { lagMs: 600, waiting: 100, waitMs: 1 }, 2],
    ['never more than there is', late(1_000_000), LOAD_CLASSES.length],
  ])('%s', (_, strain, level) => {
    expect(levelAfter(0, strain, LIMITS)).toBe(level);
  });

  it('comes back at half of that, each class at its own, and not before', () => {
    expect(levelAfter(2, late(500), LIMITS)).toBe(2);
    expect(levelAfter(2, late(499), LIMITS)).toBe(1);
    expect(levelAfter(1, late(250), LIMITS)).toBe(1);
    expect(levelAfter(1, late(249), LIMITS)).toBe(0);
    // What never went does not stay away on the way down.
    expect(levelAfter(1, late(600), LIMITS)).toBe(1);
  });

  it('reports go before lists', () => {
    expect(LOAD_CLASSES.map((c) => [0, 1, 2].map((level) => isPutOff(c, level)))).toEqual([
      [false, true, true],
      [false, false, true],
    ]);
  });

  it('nobody who can wait holds all connections', () => {
    expect(sharesOf(10)).toEqual({ reports: 2, lists: 5 });
    expect(sharesOf(40)).toEqual({ reports: 8, lists: 20 });
    expect(sharesOf(2)).toEqual({ reports: 1, lists: 1 });
  });

  it('never emergencies, submissions, acts, or a caller who waits to be called', () => {
    const off = Object.values(PUT_OFF).flat();
    expect(off.filter((r) => /handover|return-call|submit|act|contacts|seat|desk/.test(r))).toEqual(
      [],
    );
    expect(off.length).toBeGreaterThan(15);
  });

  it('one long breath passes, what lasts half a second counts', () => {
    const breath = smoothed(calm, late(1_000));
    expect(levelAfter(0, breath, LIMITS)).toBe(0);
    let strain = calm;
    for (let i = 0; i < 5; i++) strain = smoothed(strain, late(1_000));
    expect(levelAfter(0, strain, LIMITS)).toBe(1);
  });
});

describe('whether a figure stays flat', () => {
  const allowed = { share: 0.15, much: 30 };
  const over = (value: (minute: number) => number): Point[] =>
    Array.from({ length: 61 }, (_, i) => [i, value(i)]);

  it.each([
    ['a level', () => 200, true],
    ['a saw that always comes back', (i: number) => 200 + (i % 7) * 15, true],
    ['what comes in at the beginning and stays', (i: number) => (i < 15 ? 100 + i * 6 : 190), true],
    ['a leak of one a minute', (i: number) => 200 + i, false],
    ['a leak under a saw', (i: number) => 200 + i * 1.5 + (i % 7) * 15, false],
  ])('%s', (_, value, flat) => {
    expect(rose('rss', over(value), allowed) === null).toBe(flat);
  });

  it('says what rose, and by how much', () => {
    expect(
      rose(
        'api rss',
        over((i) => 100 + i),
        allowed,
      ),
    ).toBe('api rss rose by 42.0 in 42 min (allowed 30.0)');
  });

  it.each([
    ['a value that was missing once', over((i) => (i === 40 ? NaN : 200)), 'rss was NaN at minute 40.0'], // prettier-ignore
    ['one missing while it got warm', over((i) => (i === 1 ? NaN : 200)), 'rss was NaN at minute 1.0'], // prettier-ignore
    ['one that was always missing', over(() => NaN), 'rss was NaN at minute 0.0'],
    ['one beyond all measure', over((i) => (i === 60 ? Infinity : 200)), 'rss was Infinity at minute 60.0'], // prettier-ignore
    ['one look', [[6, 200] as const], 'rss was looked at too seldom: 1'],
    ['no look at all', [], 'rss was looked at too seldom: 0'],
  ])('%s is not flat', (_, points, words) => {
    expect(rose('rss', points, allowed)).toBe(words);
  });
});
