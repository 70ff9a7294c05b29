/**
 * Two api and two worker processes on one database, with and without Redis, behave as one, and one
 * after the other may end under load.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CODE_LIMIT, SUBMIT_LIMIT } from '../../src/intake/rules.ts';
import { BACKENDS, browser, newKey, signIn } from '../processes.ts';
import type { Backend } from '../processes.ts';
import { inTurn, lost, openCrew, openFullHouse, work } from '../soak/house.ts';
import type { FullHouse } from '../soak/house.ts';
import { until } from '../until.ts';
import { moveBy, openBoard, sameAsFresh } from './board-screen.ts';
import { must, registration } from './walk.ts';
import type { Registered } from './walk.ts';

const DAY = 86_400_000;
const FORM = { screen: '3', go: 'send', content: '路灯坏了三天，请派人来修。', who: 'named', phone: '13900001234', callback: 'on' }; // prettier-ignore

let full: FullHouse;

/** Lines of a process's log that carry this trace. */
const told = (output: string, traceId: string) =>
  output
    // The last line may still be on its way.
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line.includes(traceId))
    .map((line) => JSON.parse(line) as { name: string; msg: string; [key: string]: unknown });

const twoOfEach = () => {
  it('one trace follows an order from the request to the worker and to a socket elsewhere', async () => {
    const [one, two, ...workers] = full.places;
    const { screen } = await full.sit('dispatcher');
    // At the other api process, whichever the balancer chose for the screen.
    const apis = [full.house.url, full.front.ready().find((u) => u !== full.house.url)!];
    const answers = await Promise.all(
      apis.map(async (url) => {
        const operator = await signIn(url, 'operator');
        return operator.post(...registration({}, newKey()));
      }),
    );
    for (const [i, answer] of answers.entries()) {
      expect(answer.status).toBe(201);
      const { orderId } = answer.body;
      const traceId = answer.headers.get('x-trace-id')!;
      await until('the nudge', () => screen.nudges().some((n) => n.id === orderId));
      const here = () => told([one, two][i]!.proc().output(), traceId);
      const anywhere = () => [one, two].flatMap((p) => told(p!.proc().output(), traceId));
      const served = () => workers.flatMap((p) => told(p.proc().output(), traceId));
      const says = (lines: { msg: string }[], msg: string) => lines.some((l) => l.msg === msg);
      await until('three logs', () => says(served(), 'duty done') && says(anywhere(), 'nudged'));
      expect(here().map((l) => l.msg)).toEqual(expect.arrayContaining(['committed', 'request']));
      expect(here().find((l) => l.msg === 'request')).toMatchObject({
        route: '/api/orders',
        status: 201,
      });
      for (const line of [...here(), ...served(), ...anywhere()])
        if (line.msg !== 'request') expect([line.msg, line.orderId]).toEqual([line.msg, orderId]);
    }
  });

  it('wrong passwords are counted together, whichever process hears them', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const url = full.front.ready()[i % 2]!;
      const login = { login: 'auditor', password: 'wrong-password-1' };
      statuses.push((await browser(url).post('/api/session', login)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('figures of every process are there, and say that it works', async () => {
    const texts = await Promise.all(
      full.places.map(async ({ status }) => (await fetch(`${status}/metrics`)).text()),
    );
    for (const text of texts) {
      expect(text).toContain('hotline_database_up 1');
      expect(text).toMatch(/hotline_pool_connections\{pool="\w+"\} \d/);
      expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    }
    const both = (of: number[], pattern: RegExp) =>
      of.reduce((sum, i) => sum + Number(pattern.exec(texts[i]!)?.[1] ?? 0), 0);
    expect(both([0, 1], /hotline_sockets\{space="staff"\} (\d+)/)).toBe(1);
    expect(both([0, 1], /act_seconds_count\{act="work_order.registered"\} (\d+)/)).toBe(2);
    expect(both([2], /hotline_outbox_duties (\d+)/)).toBeLessThan(100);
    expect(texts[2]).toMatch(/hotline_queue_jobs\{queue="events"\} \d/);
    expect(both([2, 3], /duty_seconds_count\{consumer="[\w.]+",outcome="done"\} (\d+)/)).toBeGreaterThan(0); // prettier-ignore
  });

  it('wrong query codes are counted together, and then the right one opens nothing anywhere', async () => {
    const [one, two] = full.front.ready() as [string, string];
    const operator = await signIn(one, 'operator');
    const made: Registered = must(await operator.post(...registration({}, newKey())));
    const tries = (url: string, code: string) =>
      browser(url).form('/track', { orderNo: made.orderNo, code });
    const statuses: number[] = [];
    for (let i = 0; i < CODE_LIMIT.perOrder; i++)
      statuses.push((await tries(i % 2 ? two : one, 'AAAAAA')).status);
    expect(statuses).toEqual(Array(CODE_LIMIT.perOrder).fill(401));
    for (const url of [one, two]) expect((await tries(url, made.queryCode)).status).toBe(429);
  });

  it('forms of one source are counted together, whichever process takes them', async () => {
    const [one, two] = full.front.ready() as [string, string];
    const form = async (url: string) =>
      (await browser(url).form('/submit/next', { ...FORM, key: randomUUID() })).status;
    expect(await form(one)).toBe(200);
    const used = `update throttle set hits = $1 where bucket like 'submit:source:%'`;
    await full.house.owner.query(used, [SUBMIT_LIMIT.perSource - 2]);
    const statuses: number[] = [];
    for (const url of [two, one, two, one]) statuses.push(await form(url));
    expect(statuses).toEqual([200, 200, 429, 429]);
    // Each has heard it now, and counts no more.
    for (const url of [two, one]) expect(await form(url)).toBe(429);
    const counted = `select hits from throttle where bucket like 'submit:source:%'`;
    expect((await full.house.owner.query(counted)).rows).toEqual([
      { hits: SUBMIT_LIMIT.perSource + 2 },
    ]);
  });
};

const whatHappensAtOne = () => {
  it('is on the boards at both, and what falls due fires once', async () => {
    const boards = await Promise.all(
      full.front.ready().map(async (url) => {
        const who = await signIn(url, 'supervisor');
        return { who, board: await openBoard(url, who) };
      }),
    );
    expect(boards).toHaveLength(2);
    const operator = await signIn(full.front.url, 'operator');
    must(await operator.post(...registration({}, newKey())));
    for (const { who, board } of boards) await sameAsFresh(board, who);
    await moveBy(full.house, 3 * DAY);
    const fired = async () =>
      (
        await full.house.owner.query(`select count(*)::int as n,
          count(distinct (e.payload->>'deadlineId', s->>'step', s->>'epoch'))::int as once
          from domain_event e, jsonb_array_elements(e.payload->'steps') s
          where e.type = 'deadline.fired'`)
      ).rows[0] as { n: number; once: number };
    await until('what is due fires', async () => (await fired()).n >= 3);
    await full.house.quiet();
    const { n, once } = await fired();
    expect(n).toBe(once);
    for (const { who, board } of boards) {
      await sameAsFresh(board, who);
      board.screen.socket.disconnect();
    }
  });
};

const oneEnds = () => {
  it('no request fails, every screen is back soon, nothing acknowledged is missing', async () => {
    const people = await inTurn(3, () => signIn(full.front.url, 'operator'));
    const seats = await inTurn(2, () => full.sit('supervisor'));
    const load = work(people, 20, await openCrew(full.front.url));
    const [api, , workers] = full.places;
    await Promise.all([api!.restart(), workers!.restart()]);
    const said = await load.stop();
    expect(said.failed).toEqual([]);
    expect(said.answered).toBeGreaterThan(20);
    expect(said.signed.length).toBeGreaterThan(0);
    await until('screens', () => seats.every(({ screen }) => screen.socket.connected));
    for (const { awayMs } of seats) expect(awayMs()).toBeLessThan(10_000);
    expect(await lost(full, said)).toBe(0);
    await full.house.quiet();
  });
};

describe.each(BACKENDS)('on %s', (backend: Backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    beforeAll(async () => {
      full = await openFullHouse(backend);
    });
    afterAll(() => full?.close());

    describe('two of each', twoOfEach);
    describe('what happens at one', whatHappensAtOne);
    describe('one of each ends under load', oneEnds);
  });
});
