import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call } from '../../web/console/data/client.ts';
import { patiently, retry, retryDelay } from '../../web/console/data/patience.ts';
import { Problem, problemOf, problemOfQuery } from '../../web/console/data/problem.ts';

// Reading asks for the language of the browser, which is none here.
vi.mock('../../web/console/lib/prefs.ts', () => ({ languageStore: { get: () => 'zh-CN' } }));

/** How the platform answers what it puts off. */
const problemReply = (seconds: string) =>
  new Response(JSON.stringify({ code: 'overloaded', traceId: 't' }), {
    status: 503,
    headers: { 'retry-after': seconds },
  });
const overloaded = () => problemOf(problemReply('5'));

let asked: number[];
let strained: boolean;
/** A list that can be put off, read as the console reads. */
const ask = (path: string, signal?: AbortSignal) =>
  patiently(
    path,
    async () => {
      asked.push(performance.now());
      if (strained) throw await overloaded();
      return `rows ${asked.length}`;
    },
    signal,
  );

beforeEach(() => {
  vi.useFakeTimers();
  [asked, strained] = [[], true];
});
afterEach(() => vi.useRealTimers());

describe('what is put off', () => {
  it('is asked for again after what was said, and not by all at one instant', async () => {
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      const path = `/list-${i}`;
      asked = [];
      await ask(path).catch(() => {});
      strained = false;
      const again = ask(path);
      await vi.advanceTimersByTimeAsync(4_990);
      expect(asked.length).toBe(1);
      await vi.advanceTimersByTimeAsync(5_020);
      await again;
      waits.push(asked[1]! - asked[0]!);
      strained = true;
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  it('keeps nothing else waiting, and nobody who left', async () => {
    const left = new AbortController();
    await ask('/off', left.signal).catch(() => {});
    strained = false;
    expect(await ask('/other')).toBe('rows 2');
    const waiting = ask('/off', left.signal);
    const told = expect(waiting).rejects.toThrow('gone');
    left.abort(new Error('gone'));
    await told;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked.length).toBe(2);
  });

  it('who comes while it is put off hears so at once, and asks no more for that', async () => {
    await ask('/late').catch(() => {});
    const client = new QueryClient({ defaultOptions: { queries: { retry, retryDelay } } });
    client.mount();
    const seen = new QueryObserver(client, {
      queryKey: ['late'],
      queryFn: ({ signal }) => ask('/late', signal),
      networkMode: 'always',
    });
    const stop = seen.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.length).toBe(1);
    expect(seen.getCurrentResult()).toMatchObject({ status: 'pending', error: null });
    expect(problemOfQuery(seen.getCurrentResult())?.code).toBe('overloaded');
    strained = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(problemOfQuery(seen.getCurrentResult())).toBeNull();
    expect(seen.getCurrentResult().data).toBe('rows 2');
    stop();
    client.unmount();
    client.clear();
  });

  it('a question waits for no other at the same address, and nobody half a minute', async () => {
    const answers = vi.fn(async (address: string) => {
      if (strained && address.includes('text')) return problemReply('3600');
      return new Response('[]');
    });
    vi.stubGlobal('fetch', answers);
    const find = (q: string) => call<unknown[]>('GET', '/orders/find', { query: { q } });
    await expect(find('text')).rejects.toMatchObject({ code: 'overloaded' });
    expect(await find('4127')).toEqual([]);
    strained = false;
    const again = find('text');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answers).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await again).toEqual([]);
    vi.unstubAllGlobals();
  });

  it('the page shows what it had, however often news comes meanwhile, and the new rows then', async () => {
    strained = false;
    const client = new QueryClient({ defaultOptions: { queries: { retry, retryDelay } } });
    client.mount();
    const seen = new QueryObserver(client, {
      queryKey: ['orders'],
      queryFn: ({ signal }) => ask('/orders', signal),
      networkMode: 'always',
    });
    const stop = seen.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(10);
    strained = true;
    for (let news = 0; news < 30; news++) {
      void client.invalidateQueries({ queryKey: ['orders'] });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(seen.getCurrentResult()).toMatchObject({ data: 'rows 1', status: 'success' });
    }
    // Thirty nudges, at most one request in five seconds.
    expect(asked.length).toBeLessThanOrEqual(1 + 6);
    expect(asked.length).toBeGreaterThan(3);
    strained = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen.getCurrentResult().data).toBe(`rows ${asked.length}`);
    stop();
    client.unmount();
    client.clear();
  });

  it('is tried until it comes; what failed otherwise only twice, what was refused never', async () => {
    const off = await overloaded();
    const busy = new Problem('busy', 503, undefined, {}, 2_000);
    expect([off.retryAfterMs, off.code]).toEqual([5_000, 'overloaded']);
    expect([0, 1, 2, 99].map((n) => retry(n, off))).toEqual([true, true, true, true]);
    expect([0, 1, 2].map((n) => retry(n, busy))).toEqual([true, true, false]);
    expect([0, 1, 2].map((n) => retry(n, new Problem('no_network')))).toEqual([true, true, false]);
    expect(retry(0, new Problem('not_allowed', 403))).toBe(false);
    expect([retryDelay(0, off), retryDelay(1, new Problem('no_network'))]).toEqual([0, 2_000]);
    const dated = new Response('', { status: 503, headers: { 'retry-after': 'Mon, 23 Nov' } });
    expect((await problemOf(dated)).retryAfterMs).toBeUndefined();
  });
});
