/** Who is beyond a limit is counted no more for a while: all their hits would wait for one row. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hit, hits, unhit, within } from '../../src/platform/throttle.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const MINUTES = 60 * 24;
let w: World;
beforeAll(async () => {
  w = await createWorld();
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => void vi.advanceTimersByTime(60_000));
afterAll(() => {
  vi.useRealTimers();
  return w.close();
});

/** Whether so many more hits are within two. */
const knock = async (bucket: string, times: number): Promise<boolean[]> => {
  const all: boolean[] = [];
  for (let i = 0; i < times; i++) all.push(await within(w.db, bucket, MINUTES, 2));
  return all;
};

describe('a limit', () => {
  it('is counted as long as it is kept, and once when it is passed', async () => {
    expect(await knock('flood', 6)).toEqual([true, true, false, false, false, false]);
    expect(await hits(w.db, 'flood', MINUTES)).toBe(3);
  });
  it('is asked for again after five seconds', async () => {
    await knock('patient', 4);
    vi.advanceTimersByTime(4_999);
    expect(await knock('patient', 1)).toEqual([false]);
    expect(await hits(w.db, 'patient', MINUTES)).toBe(3);
    vi.advanceTimersByTime(1);
    expect(await knock('patient', 1)).toEqual([false]);
    expect(await hits(w.db, 'patient', MINUTES)).toBe(4);
  });
  it('of one does not hold up another', async () => {
    await knock('one', 4);
    expect(await knock('another', 1)).toEqual([true]);
  });
  it('that is passed by many at once is looked at by one of them', async () => {
    await knock('herd', 4);
    vi.advanceTimersByTime(5_000);
    expect(await Promise.all(Array.from({ length: 8 }, () => within(w.db, 'herd', MINUTES, 2)))).toEqual(Array(8).fill(false)); // prettier-ignore
    expect(await hits(w.db, 'herd', MINUTES)).toBe(4);
  });
  it('is open again to who was given a hit back', async () => {
    await hit(w.db, 'given back', MINUTES, 2);
    expect(await knock('given back', 1)).toEqual([false]);
    await unhit(w.db, 'given back');
    await unhit(w.db, 'given back');
    expect(await knock('given back', 1)).toEqual([true]);
  });
});
