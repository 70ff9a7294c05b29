/**
 * Boards that are open while things happen: real processes and sockets, the console's own feed as
 * the client. What a page shows is what a fresh reading answers; nobody hears of what is not theirs.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BoardView } from '../../src/supervision/schema.ts';
import { BACKENDS, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { moveBy, openBoard, sameAsFresh } from './board-screen.ts';
import type { BoardScreen } from './board-screen.ts';
import { UNITS, history } from './history.ts';
import { ROOM, must, walk } from './walk.ts';
import type { Walk } from './walk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SEED = Number(process.env.SEED ?? 20_260_921);
const STEPS = Number(process.env.STEPS ?? 60);
/** Longer than any push takes, shorter than the half minute after which everybody is looked at. */
const SOON_MS = 15_000;
/** A clock is due this long after it was looked at. */
const AHEAD_MS = 5_000;
/** Between news without end: far less than any right takes to end, and time for those who carry it. */
const NEWS_MS = 10;
/** Sooner than the next sign of life, which would count it as well. */
const PROMPT_MS = 3_000;

const say = (...words: unknown[]) => process.stdout.write(`    ${words.join(' ')}\n`);

describe.each(BACKENDS)('boards on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    let ids: Map<string, string>;
    const unitId = async (code: string) => ids.get(code)!;
    const versionsOf = async (orders: string[]) => {
      const { rows } = await h.owner.query('select id, version from work_order where id = any ($1)', [orders]); // prettier-ignore
      return new Map<string, number>(rows.map((r) => [r.id, Number(r.version)]));
    };
    beforeAll(async () => {
      h = await openHouse(backend);
      w = walk(h.as);
      const { rows } = await h.owner.query('select id, code from organization');
      ids = new Map(rows.map((r) => [r.code, r.id]));
      await h.owner.query(
        `insert into app_user (id, person_id, login, display_name, password_hash)
          select $1, $1, 'street', 'street', password_hash from app_user where login = 'nantang'`,
        [randomUUID()],
      );
      await grant('street', 'unit_leader', 'TOWN_QINGYU_1');
    });
    afterAll(() => h?.close());

    const grant = (login: string, role: string, unit: string) =>
      h.owner.query(
        `insert into role_grant (id, user_id, organization_id, role, valid_from)
          select $1, id, $2, $3, app_now() - interval '1 day' from app_user where login = $4`,
        [randomUUID(), ids.get(unit), role, login],
      );
    const withdraw = (login: string) =>
      h.owner.query(
        'delete from role_grant where user_id = (select id from app_user where login = $1)',
        [login],
      );

    /** An event that reaches sockets as soon as the relay carries it. */
    async function tell(type: string, orderId: string, units: string[], payload: object = {}) {
      const event = randomUUID();
      const organizationIds = units.map((u) => ids.get(u));
      await h.owner.query(
        `with e as (insert into domain_event (id, type, subject_type, subject_id, order_id, version, payload, at)
          values ($1, $2, 'deadline', $3, $3, 1, $4, app_now()) returning id)
          insert into outbox (id, event_id, consumer) select $5, id, 'realtime' from e`,
        [event, type, orderId, JSON.stringify({ organizationIds, ...payload }), randomUUID()],
      );
    }
    const supervise = (orderId: string, unit: string, level: number) =>
      h.owner.query(
        `insert into supervision_order (id, number, order_id, organization_id, level, cause, state, issued_at)
          values ($1::uuid, $1::text, $2, $3, $4, 'manual', 'open', app_now())`,
        [randomUUID(), orderId, ids.get(unit), level],
      );

    it(`show what a fresh reading answers, after each of ${STEPS} random acts and moves of the clock (seed ${SEED})`, async () => {
      const viewers: [string, string | null][] = [
        ['supervisor', null],
        ['dispatcher', 'DIST_QINGYU'],
        ['water.leader', null],
        ['dist.qingyu.leader', null],
        ['dist.qingyu.leader', 'TOWN_QINGYU_1'],
        ['dist.wangchao.leader', null],
        ['street', null],
        ['nantang', null],
      ];
      const pages = await Promise.all(
        viewers.map(async ([login, unit]) => {
          const who = await h.as(login);
          const asked = unit && ids.get(unit)!;
          return { login, who, asked, board: await openBoard(h.url, who, asked) };
        }),
      );
      const same = () =>
        Promise.all(pages.map(({ board, who, asked }) => sameAsFresh(board, who, asked)));
      const story = history(SEED, h.as, unitId, versionsOf);
      for (let i = 1; i <= STEPS; i++) {
        await story.step();
        if (story.next() < 0.15)
          await moveBy(h, story.pick([MINUTE, 20 * MINUTE, 3 * HOUR, 20 * HOUR]));
        if (i % 10 === 0) await same();
      }
      const [city] = await same();
      say(backend, JSON.stringify(story.done));
      say(backend, pages.map((p) => `${p.login}: ${p.board.pushes.length} pushes`).join(', '));
      // Not by reading everything again: each page asked once.
      expect(pages.map((p) => p.board.asked())).toEqual(pages.map(() => 1));
      expect(Object.values(city!.figures.units).length).toBeGreaterThan(1);
      await ownOnly(pages);
      for (const { board } of pages) board.screen.socket.disconnect();
    });

    /** Of orders that no unit of theirs holds, viewers in units never receive anything. */
    async function ownOnly(pages: { login: string; board: BoardScreen }[]) {
      const held = await h.owner.query(
        'select order_id, array_agg(distinct organization_id::text) as units from assignment group by 1',
      );
      const orders = await h.owner.query('select id from work_order');
      const holders = new Map(held.rows.map((r) => [r.order_id, r.units as string[]]));
      for (const { login, board } of pages) {
        if (['supervisor', 'dispatcher'].includes(login)) continue;
        const heard = JSON.stringify([board.screen.heard, board.answers]);
        const reach = await h.owner.query(
          `with recursive r(id) as (select organization_id from role_grant g join app_user u
              on u.id = g.user_id where u.login = $1
            union select o.id from organization o join r on o.parent_id = r.id or o.line_parent_id = r.id)
            select id::text from r`,
          [login],
        );
        const mine = new Set(reach.rows.map((r) => r.id));
        const [own, foreign]: [string[], string[]] = [[], []];
        for (const { id } of orders.rows)
          (holders.get(id)?.some((u) => mine.has(u)) ? own : foreign).push(id);
        expect(foreign.length, login).toBeGreaterThan(0);
        expect(
          foreign.filter((id) => heard.includes(id)),
          login,
        ).toEqual([]);
        // Nor figures of other units.
        const strange = [...ids.values()].filter((id) => !mine.has(id) && heard.includes(id));
        expect(strange, login).toEqual([]);
        if (own.length > 0)
          expect(
            own.some((id) => heard.includes(id)),
            login,
          ).toBe(true);
      }
    }

    it('news of clocks and of the ladder reach the units concerned, the centre and who watches, only', async () => {
      const { orderId } = await w.register();
      await w.accept(orderId);
      await w.dispatch(orderId, [ROOM]);
      const logins = ['supervisor', 'water', 'nantang', 'zhzf', 'dist.qingyu', 'dist.wangchao'];
      const screens = await Promise.all(logins.map(async (l) => [l, await h.screen(l)] as const));
      const who = async (type: string) => {
        await until(type, () => screens[0]![1].nudges().some((n) => n.type === type));
        // What was sent to others at the same time has come when this later one has.
        await tell('work_order.noted', orderId, UNITS);
        for (const [l, s] of screens)
          await until(l, () => s.nudges().some((n) => n.type === 'work_order.noted'));
        const names = screens
          .filter(([, s]) => s.nudges().some((n) => n.type === type))
          .map(([l]) => l);
        for (const [, s] of screens) s.heard.splice(0);
        return names;
      };
      await tell('deadline.fired', orderId, ['WATER']);
      expect(await who('deadline.fired')).toEqual(['supervisor', 'water']);
      await tell('deadline.moved', orderId, [ROOM]);
      // The district stands above its street's room.
      expect(await who('deadline.moved')).toEqual(['supervisor', 'nantang', 'dist.qingyu']);
      await tell('escalation.recorded', orderId, [], { level: 1 });
      expect(await who('escalation.recorded')).toEqual(['supervisor']);
      await tell('calendar.changed', orderId, [], { version: 2 });
      expect(await who('calendar.changed')).toEqual(logins);
      for (const [, s] of screens) s.socket.disconnect();
    });

    it('a push that got lost is noticed, and everything is read again', async () => {
      const who = await h.as('supervisor');
      const board = await openBoard(h.url, who);
      let lost = 0;
      /** How often it had asked when the push got lost; the next one, whenever it comes, makes it ask. */
      let askedTill = 0;
      board.filter((push) => {
        if (push.changes.length === 0 || lost++ > 0) return true;
        askedTill = board.asked();
        return false;
      });
      const { orderId } = await w.register();
      await until('a push', () => lost > 0);
      expect(askedTill).toBe(1);
      await w.accept(orderId);
      await until('asked again', () => board.asked() > 1);
      await sameAsFresh(board, who);
      board.screen.socket.disconnect();
    });

    it('an api that is killed and started again loses nothing', async () => {
      const who = await h.as('supervisor');
      const [board, unit] = [
        await openBoard(h.url, who),
        await openBoard(h.url, await h.as('water.leader')),
      ];
      const { orderId } = await w.register();
      await sameAsFresh(board, who);
      const before = board.feed.state.view!.epoch;
      await h.api.kill9();
      await until('the page says that it is old', () => board.feed.state.status === 'stale');
      // Things go on without the api.
      await moveBy(h, HOUR);
      await supervise(orderId, 'WATER', 3);
      await h.restartApi();
      const fresh = await sameAsFresh(board, who);
      await sameAsFresh(unit, await h.as('water.leader'));
      expect(board.feed.state.view!.epoch).not.toBe(before);
      expect(fresh.figures.supervision.open[3]).toBeGreaterThan(0);
      // Pushes go on as well.
      const answers = board.asked();
      await w.accept(orderId);
      await sameAsFresh(board, who);
      expect(board.asked()).toBe(answers);
      for (const b of [board, unit]) b.screen.socket.disconnect();
    });

    it('at most four boards are open at one socket; others are refused with null', async () => {
      const { screen, answers } = await openBoard(h.url, await h.as('supervisor'));
      const ask = (id: unknown): Promise<BoardView | null> =>
        screen.socket.timeout(10_000).emitWithAck('board', id);
      expect(answers[0]!.scope).toBe('city');
      for (const code of ['WATER', 'ZHZF', ROOM])
        expect((await ask(ids.get(code)))!.organization!.code).toBe(code);
      expect(await ask(ids.get('DIST_QINGYU'))).toBeNull();
      expect((await ask(null))!.scope).toBe('city');
      screen.socket.emit('unboard', `org:${ids.get('ZHZF')}`);
      expect((await ask(ids.get('DIST_QINGYU')))!.organization!.code).toBe('DIST_QINGYU');
      screen.socket.emit('unboard', 'city');
      for (const odd of [randomUUID(), 'x', 7, {}]) expect(await ask(odd)).toBeNull();
      const unit = await h.screen('water.leader');
      for (const id of [ids.get('ZHZF'), ids.get('CITY')])
        expect(await unit.socket.timeout(10_000).emitWithAck('board', id)).toBeNull();
      const operator = await h.screen('operator');
      expect(await operator.socket.timeout(10_000).emitWithAck('board', null)).toBeNull();
      for (const s of [screen, unit, operator]) s.socket.disconnect();
    });

    describe('a right that ends', () => {
      let orderId: string;
      /** Somebody of the centre, who hears everything and shows that there was something to hear. */
      let centre: BoardScreen;
      const opened: BoardScreen[] = [];
      beforeAll(async () => {
        ({ orderId } = await w.register());
        await w.accept(orderId);
        await w.act('dispatcher', orderId, 'dispatch', { leadId: ids.get('DIST_KFQ'), coIds: [] });
        await h.owner.query(
          `insert into app_user (id, person_id, login, display_name, password_hash)
            select gen_random_uuid(), gen_random_uuid(), 'leaver.' || n, 'leaver', password_hash
            from app_user, generate_series(1, 6) n where login = 'nantang'`,
        );
        centre = await openBoard(h.url, await h.as('supervisor'));
        opened.push(centre);
      });
      afterAll(() => opened.forEach((b) => b.screen.socket.disconnect()));

      /** Sits at a board, follows an order, hears every nudge of the unit. */
      async function viewer(n: number, unit = 'DIST_KFQ', role = 'unit_leader') {
        const login = `leaver.${n}`;
        await grant(login, role, unit);
        const board = await openBoard(h.url, await h.as(login));
        opened.push(board);
        expect(await board.screen.watch(orderId)).toBe(true);
        return { login, board };
      }

      /** News without end, until `over`; each changes a number and nudges. */
      function traffic() {
        let going = true;
        const run = (async () => {
          while (going) {
            await supervise(orderId, 'DIST_KFQ', 2);
            await tell('work_order.supervised', orderId, ['DIST_KFQ']);
            await sleep(NEWS_MS);
          }
        })();
        return { stop: async () => ((going = false), run) };
      }

      /**
       * Ends the right in the middle of traffic, waits until the page learns that it may see nothing
       * any more, then lets the centre hear much more.
       */
      async function ends(v: { board: BoardScreen }, end: () => Promise<{ inMs: number }>) {
        const { screen, answers } = v.board;
        let last = 0;
        screen.socket.onAny(() => (last = performance.now()));
        const news = traffic();
        try {
          await until('traffic', () => screen.nudges().length > 3 && v.board.pushes.length > 2);
          const { inMs } = await end();
          const over = performance.now() + inMs;
          const gone = () => answers.at(-1) === null || !screen.socket.connected;
          await until('refused or disconnected', gone, inMs + SOON_MS);
          const heard = screen.heard.length;
          const more = centre.screen.heard.length + 40;
          await until('the centre hears on', () => centre.screen.heard.length > more);
          expect(screen.heard.length).toBe(heard);
          return last - over;
        } finally {
          await news.stop();
        }
      }

      it('a role that is withdrawn', async () => {
        const v = await viewer(1);
        const late = await ends(v, async () => {
          await withdraw(v.login);
          return { inMs: 0 };
        });
        say(backend, `role withdrawn: last packet ${late.toFixed(0)} ms after`);
        expect(await v.board.screen.watch(orderId)).toBe(false);
      });

      it('a role whose time is over', async () => {
        const v = await viewer(2);
        const inMs = 3_000;
        const late = await ends(v, async () => {
          await h.owner.query(
            `update role_grant set valid_to = app_now() + $2 * interval '1 millisecond'
              where user_id = (select id from app_user where login = $1)`,
            [v.login, inMs],
          );
          return { inMs };
        });
        say(backend, `valid_to reached: last packet ${late.toFixed(0)} ms after`);
        expect(late).toBeGreaterThan(-inMs / 2);
      });

      it('a role whose time is over because the clock was moved', async () => {
        const v = await viewer(3);
        await h.owner.query(
          `update role_grant set valid_to = app_now() + interval '5 hours'
            where user_id = (select id from app_user where login = $1)`,
          [v.login],
        );
        const late = await ends(v, async () => {
          await moveBy(h, 5 * HOUR);
          return { inMs: 0 };
        });
        say(backend, `clock moved past valid_to: last packet ${late.toFixed(0)} ms after`);
      });

      it('a role of the centre: the unit role that is left opens its own board', async () => {
        const v = await viewer(4, 'HOTLINE', 'supervisor');
        await grant(v.login, 'unit_leader', 'WATER');
        await h.owner.query(
          `delete from role_grant where role = 'supervisor'
            and user_id = (select id from app_user where login = $1)`,
          [v.login],
        );
        await until(
          'the own board',
          () => v.board.feed.state.view?.scope === `org:${ids.get('WATER')}`,
          SOON_MS,
        );
        v.board.screen.heard.splice(0);
        await tell('work_order.noted', orderId, ['DIST_KFQ']);
        await tell('work_order.noted', orderId, ['WATER']);
        await until('a nudge of the unit', () => v.board.screen.nudges().length > 0);
        expect(v.board.screen.nudges().map((n) => n.room)).toEqual([`org:${ids.get('WATER')}`]);
      });

      it('an account that is closed', async () => {
        const v = await viewer(5);
        const late = await ends(v, async () => {
          await h.owner.query('update app_user set active = false where login = $1', [v.login]);
          return { inMs: 0 };
        });
        say(backend, `account closed: last packet ${late.toFixed(0)} ms after`);
        expect(v.board.screen.socket.connected).toBe(false);
      });

      it('a role that is withdrawn while the api does not listen', async () => {
        const v = await viewer(6);
        const late = await ends(v, async () => {
          await h.owner.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and application_name = 'hotline-listen'`,
          );
          await withdraw(v.login);
          return { inMs: 0 };
        });
        say(backend, `withdrawn while deaf: last packet ${late.toFixed(0)} ms after`);
      });
    });
  });
});

describe.each(BACKENDS)('without any worker, on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    beforeAll(async () => {
      h = await openHouse(backend, {}, { workers: 'later' });
    });
    afterAll(() => h?.close());

    it('a board changes when a due instant passes and nobody acts', async () => {
      const { orderId } = await walk(h.as).register();
      const who = await h.as('supervisor');
      const board = await openBoard(h.url, who);
      const clock = async () =>
        (
          await h.owner.query(
            `select (extract(epoch from due_at - app_now()) * 1000)::float8 as left
              from deadline where order_id = $1 and clock = 'accept'`,
            [orderId],
          )
        ).rows[0].left as number;
      for (let i = 0; i < 3; i++) {
        await moveBy(h, (await clock()) - AHEAD_MS);
        const late = () => board.feed.state.view?.figures.stages.accept.overdue;
        await until('not overdue', () => late() === 0, PROMPT_MS);
        const due = performance.now() + (await clock());
        await until('overdue', () => late() === 1, AHEAD_MS + PROMPT_MS);
        const heardAt = board.pushes.findLast((p) =>
          p.push.changes.some(([path, n]) => path === 'stages.accept.overdue' && n === 1),
        )!.heardAt;
        say(backend, `due instant: on the page ${(heardAt - due).toFixed(0)} ms after`);
        expect(heardAt).toBeGreaterThan(due - 50);
        must(await who.get('/api/board'));
      }
      expect(board.asked()).toBe(1);
      board.screen.socket.disconnect();
    });
  });
});
