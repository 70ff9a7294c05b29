import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepingBack } from '../../src/platform/limit.ts';

describe('refusals that are kept back', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('wait so long, so many at once, and give their places back', async () => {
    const refusals = keepingBack(1_000, 2);
    const told: string[] = [];
    const refuse = (who: string) => void refusals.wait().then(() => told.push(who));
    refuse('first');
    refuse('second');
    expect(refusals.isFull()).toBe(true);
    refuse('third');
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toEqual(['third']);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['third', 'first', 'second']);
    expect(refusals.isFull()).toBe(false);
  });
});
