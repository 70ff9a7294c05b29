/** Distribution and the ledger on a real database: races, and news in any order. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { connect } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { putSeat } from '../../src/telephony/desk.ts';
import { route } from '../../src/telephony/distribute.ts';
import { takeEvent } from '../../src/telephony/events.ts';
import { SEAT_STATES } from '../../src/telephony/limits.ts';
import { mayMove } from '../../src/telephony/rules.ts';
import type { CtiEvent } from '../../src/telephony/schema.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const OPERATORS = 20;
const CALLS = 200;
const CONNECTIONS = 24;
const START = '2026-09-18T02:00:00.000Z';
let w: World;
let wide: Connection;
let deps: Deps;
beforeAll(async () => {
  w = await createWorld({ at: START });
  wide = connect(w.database.appUrl, { max: CONNECTIONS, name: 'hotline-race' });
  deps = { ...w.deps, db: wide.db };
});
afterAll(async () => {
  await wide?.close();
  await w?.close();
});

/** As many at once as there are connections, and as many again that wait for one. */
const AT_ONCE = 2 * CONNECTIONS;
async function together<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const left = [...list];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift())
      answers.push(await work(one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}

const at = (second: number) => new Date(Date.parse(START) + second * 1000).toISOString();
const tell = (body: CtiEvent) =>
  inTransaction(deps, SYSTEM, (tx) => takeEvent(deps, tx, { source: 'switch', body }));
const ask = (callId: string, tried?: { target: string; result: 'no_answer' | 'busy' }) =>
  route(deps, 'switch', {
    callId,
    from: '13900000000',
    to: '12345',
    at: at(0),
    ...(tried && { tried }),
  });

describe('one operator for one call, one call for one operator', () => {
  const ids = Array.from({ length: CALLS }, (_, i) => `race-${i}`);
  const held = async () => {
    const r = await sql<{ call_id: string; user_id: string; seat_call: string; state: string }>`
      select o.call_id, o.user_id, s.call_id as seat_call, s.state
      from call_offer o join seat s on s.user_id = o.user_id where o.result is null`.execute(w.db);
    return r.rows;
  };
  const consistent = (rows: Awaited<ReturnType<typeof held>>) => {
    expect(new Set(rows.map((r) => r.user_id)).size).toBe(rows.length);
    expect(new Set(rows.map((r) => r.call_id)).size).toBe(rows.length);
    for (const r of rows) expect(r).toMatchObject({ state: 'ringing', seat_call: r.call_id });
  };

  beforeAll(async () => {
    for (let i = 0; i < OPERATORS; i++) {
      const login = `racer${i}`;
      await w.person({ login, grants: [{ role: 'operator', unit: 'HOTLINE' }] });
      const { actor } = await w.session(login);
      await putSeat(w.deps, actor, { state: 'ready', extension: String(9000 + i) });
    }
  });

  it('when all ask at once, twice each', async () => {
    const answers = await together([...ids, ...ids.slice(0, 50)], (id) => ask(id));
    const rows = await held();
    expect(rows).toHaveLength(OPERATORS);
    consistent(rows);
    const offered = answers.flatMap((a) => (a.action === 'offer' ? [a.offerId] : []));
    expect(new Set(offered).size).toBe(OPERATORS);
    expect(answers.every((a) => a.action === 'offer' || a.action === 'wait')).toBe(true);
  });

  it('when offers fail, calls end and are answered while all ask again', async () => {
    const before = await held();
    const names = new Map(
      (await w.db.selectFrom('call').select(['id', 'external_id']).execute()).map((c) => [c.id, c.external_id]), // prettier-ignore
    );
    const extension = new Map(
      (await w.db.selectFrom('seat').select(['user_id', 'extension']).execute()).map((s) => [s.user_id, s.extension]), // prettier-ignore
    );
    const work = (r: (typeof before)[number], i: number) => async (): Promise<unknown> => {
      const callId = names.get(r.call_id)!;
      const target = extension.get(r.user_id)!;
      if (i % 3 === 0) return ask(callId, { target, result: 'no_answer' });
      if (i % 3 === 1) return tell({ type: 'call.abandoned', callId, at: at(5) });
      return tell({ type: 'call.answered', callId, at: at(5), legId: 'l', target });
    };
    const jobs = before.map(work);
    const asks = ids.slice(0, 80).map((id) => (): Promise<unknown> => ask(id));
    await together([...jobs, ...asks, ...asks], (job) => job());
    await together(ids, (id) => ask(id));
    const rows = await held();
    consistent(rows);
    const talking = await w.db
      .selectFrom('seat')
      .select('call_id')
      .where('state', '=', 'talking')
      .execute();
    expect(talking).toHaveLength(before.filter((_, i) => i % 3 === 2).length);
    // Nobody sits idle while calls wait.
    expect(rows.length + talking.length).toBe(OPERATORS);
  });
});

describe('news in any order', () => {
  const list = (callId: string): CtiEvent[] => [
    {
      type: 'call.ringing',
      callId,
      at: at(10),
      from: '13700000001',
      to: '12345',
      skill: 'dialect',
    },
    { type: 'call.answered', callId, at: at(14), legId: 'a', target: '9019' },
    { type: 'call.held', callId, at: at(20), on: true },
    { type: 'call.held', callId, at: at(22), on: false },
    { type: 'call.transferred', callId, at: at(30), target: '110', legId: 'b', mode: 'blind' },
    { type: 'call.ended', callId, at: at(60), by: 'caller' },
    { type: 'recording.ready', callId, at: at(61), recordingId: 'r', uri: 'https://rec.example/r.wav', seconds: 46 }, // prettier-ignore
  ];
  const told = async (order: number[]) => {
    const callId = randomUUID();
    const events = list(callId);
    for (const i of order) await tell(events[i]!);
    const row = await w.db
      .selectFrom('call')
      .selectAll()
      .where('external_id', '=', callId)
      .executeTakeFirstOrThrow();
    const legs = await w.db
      .selectFrom('call_leg')
      .select(['leg_id', 'kind', 'target', 'began_at', 'ended_at'])
      .where('call_id', '=', row.id)
      .orderBy('position')
      .execute();
    const contact = await w.db
      .selectFrom('contact as c')
      .innerJoin('requester as r', 'r.id', 'c.requester_id')
      .select(['r.phone_hmac', 'c.operator_id'])
      .where('c.id', '=', row.contact_id)
      .executeTakeFirst();
    const open = await w.db
      .selectFrom('return_call')
      .select('id')
      .where('phone_hmac', '=', row.phone_hmac)
      .where('ended_at', 'is', null)
      .execute();
    const handovers = await w.db
      .selectFrom('handover')
      .select(['target', 'call_leg'])
      .where('contact_id', '=', row.contact_id!)
      .execute();
    const { id: _i, external_id: _e, phone_ct: _p, contact_id: _c, created_at: _a, queued_at: _q, asked_at: _s, offered_at: _o, ...rest } = row; // prettier-ignore
    return { rest, legs, contact, open, handovers };
  };

  it('makes the same call, contact, hand-over, and nothing to return', async () => {
    const expected = await told([0, 1, 2, 3, 4, 5, 6]);
    expect(expected.rest).toMatchObject({ state: 'ended', outcome: 'answered', skill: 'dialect' });
    expect(expected.legs).toHaveLength(2);
    expect(expected.open).toEqual([]);
    expect(expected.handovers).toEqual([{ target: '110', call_leg: 'b' }]);
    for (const order of [
      [6, 5, 4, 3, 2, 1, 0],
      [5, 0, 0, 6, 1, 5, 3, 2, 4, 1],
      [1, 0, 2, 5, 4, 4, 6, 3, 6],
      [4, 1, 5, 0, 3, 2, 6],
    ])
      expect(await told(order), order.join()).toEqual(expected);
  });

  it('says the same again with nothing more happening', async () => {
    const callId = randomUUID();
    const [ringing] = list(callId);
    await tell(ringing!);
    const events = async () =>
      Number(
        (
          await w.db
            .selectFrom('domain_event')
            .select((eb) => eb.fn.countAll().as('n'))
            .executeTakeFirstOrThrow()
        ).n,
      );
    const before = await events();
    await tell(ringing!);
    expect(await events()).toBe(before);
  });
});

describe('changes of a seat', () => {
  it('are checked by the database as by the table', async () => {
    const owner = new pg.Client({ connectionString: w.database.ownerUrl });
    await owner.connect();
    const { actor } = await w.as('racer0');
    try {
      for (const from of SEAT_STATES)
        for (const to of SEAT_STATES) {
          const insert = owner.query(
            'insert into seat_change (id, user_id, from_state, to_state, reason, at) values ($1, $2, $3, $4, $5, app_now())',
            [randomUUID(), actor.userId, from, to, 'test'],
          );
          const legal = mayMove(from, to, 'operator') || mayMove(from, to, 'system');
          const kept = await insert.then(
            () => true,
            () => false,
          );
          expect(kept, `${from} → ${to}`).toBe(legal);
        }
    } finally {
      await owner.end();
    }
  });
});
