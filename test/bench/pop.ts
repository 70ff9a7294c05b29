/**
 * From ringing to the screen: 200 operators at their desks, each with a socket and the reading that the
 * console does, calls at the pace of a full centre over two api processes. Measured from the switch's
 * signed webhook to the nudge at the right desk, to the answer with caller and history, and, for a few
 * calls, to what Chromium shows. Beside it the same way bare: a signed POST, one commit, NOTIFY, a
 * socket, one row read. `npm run bench -- pop`.
 */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openSource } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { createCrypto } from '../../src/platform/crypto.ts';
import { connect } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { openStage } from '../browser/stage.ts';
import type { Stage } from '../browser/stage.ts';
import { must, walk } from '../flow/walk.ts';
import { openHouse, SECRET } from '../processes.ts';
import type { House } from '../processes.ts';
import { until } from '../until.ts';
import { bare } from './pop-bare.ts';
import { DOOR_SECRET, OPEN_ORDERS, SOURCE, aSwitch, asked, deskAt, now, operators, pops } from './pop-desks.ts'; // prettier-ignore
import type { Desk } from './pop-desks.ts';

/** Fewer and slower for a quick look, or on a machine that others use too. */
const CALLS = Number(process.env.HOTLINE_BENCH_COUNT ?? 300);
const OPERATORS = Number(process.env.HOTLINE_BENCH_OPERATORS ?? 200);
/** Two hundred people who talk three minutes each take a call about every second; this is twice that. */
const EVERY_MS = Number(process.env.HOTLINE_BENCH_EVERY_MS ?? 500);
const TALKS_MS = 2_000;
const CALLERS = 10;
const SHOWN = Math.min(15, CALLS);
const AT_ONCE = 4;
const SETUP_MS = 120_000;
/** The limit for the screen, ms. */
const LIMIT_MS = 1_000;
/** How long the desks sit there before the first call. */
const SETTLES_MS = 3_000;

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

function spread(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) => Math.round(sorted[Math.floor((sorted.length - 1) * q)] ?? NaN);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Does something so many times, a few at once; again where a busy machine gave it up. */
async function atOnce(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      await until(`${i} of ${count}`, async () => (await work(i), true), 60_000);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

// ---------------------------------------------------------------- the measurement

describe('the pop', () => {
  let stage: Stage | null = null;
  let h: House;
  let second: Awaited<ReturnType<House['startApi']>>;
  let desks: Desk[] = [];
  let phones: ReturnType<typeof aSwitch>;
  const caller = (i: number) => `1390000${1000 + (i % CALLERS)}`;

  beforeAll(async () => {
    stage = inject('chromium') ? await openStage() : null;
    h = stage?.house ?? (await openHouse('postgres'));
    second = await h.startApi();
    const { db, close } = connect(h.database.appUrl, { max: 1, name: 'bench' });
    const deps = { db, crypto: createCrypto(SECRET), log: createLog('bench', 'silent') } as Deps;
    const source = { name: SOURCE, door: 'cti', secret: DOOR_SECRET, perMinute: 100_000 };
    await inTransaction({ ...deps, consumersOf: () => [] }, SYSTEM, (tx) => openSource(tx, deps, source)); // prettier-ignore
    await close();
    const road = walk(h.as);
    await atOnce(CALLERS * OPEN_ORDERS, (i) =>
      road.register({ phone: caller(i), name: '陈女士' }, `pop-order-${i}`),
    );
    await h.quiet(SETUP_MS);
    const ahead = (await h.owner.query('select app_now() as now')).rows[0].now - Date.now();
    phones = aSwitch([h.url, second.url], () => new Date(Date.now() + ahead).toISOString());
    const tokens = await operators(h.owner, OPERATORS);
    desks = tokens.map((token, i) => deskAt(i % 2 === 0 ? h.url : second.url, token));
    // Nobody listens yet: the beginning of a shift is another measurement.
    await atOnce(OPERATORS, (i) =>
      desks[i]!.put('/api/telephony/seat', { state: 'ready', extension: String(8100 + i) }),
    );
    await h.quiet(SETUP_MS);
    await atOnce(OPERATORS, async (i) => {
      desks[i]!.socket.connect();
      await until('socket', () => desks[i]!.socket.connected);
    });
    await sleep(SETTLES_MS);
  });
  afterAll(async () => {
    for (const desk of desks) desk.close();
    desks = [];
    await second?.proc.stop();
    await (stage ? stage.close() : h?.close());
  });

  it('with 200 operators at their desks', async () => {
    const bareMs = spread(await bare(h.owner, h.database.ownerUrl));
    const before = asked();
    const began = now();
    const one = async (i: number) => {
      const { callId, target } = await phones.ring(`pop-${i}`, caller(i));
      const pop = pops.get(callId)!;
      await until(`call ${i} on a desk`, () => pop.shownAt).catch(() => {});
      await phones.answer(`pop-${i}`, target);
      await sleep(TALKS_MS);
      await phones.end(`pop-${i}`);
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < CALLS; i++) {
      await sleep(Math.max(0, began + i * EVERY_MS - now()));
      all.push(one(i));
    }
    await Promise.all(all);
    const took = (now() - began) / 1_000;
    const measured = [...pops.values()].filter((p) => !Number.isNaN(p.rangAt));
    const of = (mark: 'routedAt' | 'nudgedAt' | 'shownAt') =>
      // What never came is later than anything.
      spread(measured.map((p) => (p[mark] ? p[mark] - p.rangAt : Infinity)));
    const pop = of('shownAt');
    say({
      bench: 'pop',
      what: 'webhook → desk',
      operators: OPERATORS,
      apis: 2,
      calls: CALLS,
      callsPerSecond: 1_000 / EVERY_MS,
      requestsPerSecond: Math.round((asked() - before) / took),
      routedMs: of('routedAt'),
      nudgeMs: of('nudgedAt'),
      popMs: pop,
      never: measured.filter((p) => !p.shownAt).length,
      bareMs,
      popPerBare: +(pop.p50 / bareMs.p50).toFixed(1),
      load: os.loadavg()[0],
    });
    expect(measured).toHaveLength(CALLS);
    expect(pop.max).toBeLessThan(Infinity);
    expect(pop.p99).toBeLessThan(LIMIT_MS);
  });

  it.skipIf(inject('chromium') === null)('in Chromium, among them', async () => {
    const page = await stage!.enter('operator', '/console/operator');
    await page.getByRole('textbox', { name: '诉求原文' }).waitFor();
    const own = await h.as('operator');
    const ready = async () =>
      must(await own.put('/api/telephony/seat', { state: 'ready', extension: '7999', skills: ['dialect'] })); // prettier-ignore
    const [ms, formMs]: [number[], number[]] = [[], []];
    for (let i = 0; i < SHOWN; i++) {
      await ready();
      await page.locator('.seat.ready').waitFor();
      const name = `screen-${i}`;
      const rings = seen(page, { bar: '.call.ringing', tail: caller(i).slice(-4), mine: OPEN_ORDERS }); // prettier-ignore
      const { target, rangAt } = await phones.ring(name, caller(i), 'dialect');
      ms.push((await rings) - rangAt);
      const talks = seen(page, { bar: '.call:not(.ringing) .call-time', tail: '', mine: OPEN_ORDERS }); // prettier-ignore
      const took = now();
      await phones.answer(name, target);
      formMs.push((await talks) - took);
      await phones.end(name);
      await page.locator('.seat.wrap_up').waitFor();
      await page.keyboard.press('F2');
    }
    const screenMs = spread(ms);
    say({
      bench: 'pop',
      what: 'webhook → Chromium',
      operators: OPERATORS + 1,
      calls: SHOWN,
      screenMs,
      answeredToFormMs: spread(formMs),
      load: os.loadavg()[0],
    });
    await stage!.shoot(page, 'pop');
    expect(screenMs.p99).toBeLessThan(LIMIT_MS);
  });
});

/** When the page showed the bar, the end of the number in it, and so many open orders. */
const seen = (page: Page, o: { bar: string; tail: string; mine: number }): Promise<number> =>
  page.evaluate(
    ({ bar, tail, mine }) =>
      new Promise<number>((done, fail) => {
        const until = performance.now() + 30_000;
        const look = () => {
          const found = document.querySelector(bar);
          const there = found?.textContent?.includes(tail);
          if (there && document.querySelectorAll('.mine').length >= mine)
            done(performance.timeOrigin + performance.now());
          else if (performance.now() > until) fail(new Error(`never: ${bar}`));
          else requestAnimationFrame(look);
        };
        look();
      }),
    o,
  );
