/** 响应率, 解决率, 满意率 over the API: who counts, who is left out, whose figures, and what is behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseOf, satisfactionOf, solvedOf } from '../../src/reporting/rules.ts';
import type { CallbackFact, ResponseFact } from '../../src/reporting/rules.ts';
import { countFacts } from '../../src/reporting/store.ts';
import { sql } from 'kysely';
import { createWorld, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';
import { ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
const MONTH = '2026-09';

beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:00:00Z' });
  s = steps(w);
  await city();
  // A whole city of orders: it takes longer than other beginnings.
}, 60_000);
afterAll(() => w.close());

const rating = (
  solved: string | null,
  satisfaction: number | null,
  contacted: boolean | null = true,
  reasons: string[] = [],
) => ({
  rating: {
    ...(contacted !== null && { contacted }),
    ...(solved && { solved }),
    ...(satisfaction && { satisfaction }),
    reasons,
  },
});

/** Ids by what was done, for the lists behind the figures. */
const made: Record<string, string> = {};

async function city(): Promise<void> {
  const help = { type: 'help', urgency: 'U4', lead: 'ZHZF', categoryCode: '0203' } as const;
  made.happy = (await s.evaluated({ ...help, ...rating('solved', 5) })).id;
  made.half = (await s.evaluated({ ...help, ...rating('partly_solved', 3) })).id;
  made.unhappy = (
    await s.evaluated({ ...help, ...rating('not_solved', 1, true, ['not_solved']) })
  ).id;
  made.policy = (await s.evaluated({ ...help, ...rating('solved', 2, true, ['policy']) })).id;
  made.denied = (await s.evaluated({ ...help, ...rating('solved', 4, false) })).id;
  made.silent = (await s.evaluated({ ...help, ...rating(null, null, true) })).id;
  made.asked = (await s.evaluated({ ...help, type: 'consultation', ...rating('solved', 5) })).id;
  made.water = (await s.evaluated({ type: 'help', urgency: 'U2', ...rating('solved', 4) })).id;
  made.anonymous = (await s.signed({ ...help, anonymous: true })).id;
  made.noNumber = (await s.signed({ ...help, phone: null })).id;
  made.late = (await s.signed({ ...help, phone: '13900001111' })).id;
  const gone = await s.signed({ ...help, phone: '13900001112' });
  s.must(
    await s.act('operator', gone.id, 'withdraw', { wish: '不办了', identifiedBy: 'caller_number' }),
  );
  made.gone = gone.id;
  // Three days on: whoever was not called is late.
  await w.moveTo('2026-09-24T02:00:00Z');
  await w.settle();
}

const rates = async (login = 'supervisor', query = '') =>
  ok(await (await w.as(login)).get(`/api/rates?months=1${query}`));
const unitRow = async (code: string, login = 'supervisor') =>
  (await rates(login)).units.find((u: any) => u.unit.code === code);
const behind = async (query: string, login = 'supervisor') =>
  ok(await (await w.as(login)).get(`/api/rates/orders?month=${MONTH}&limit=100&${query}`)).items;
const ids = (items: any[]) => items.map((i) => i.order.id).toSorted();
const of = (...keys: string[]) => keys.map((k) => made[k]!).toSorted();

describe('GET /api/rates', () => {
  it('counts what the citizens of one unit said', async () => {
    const row = (await unitRow('ZHZF')).all;
    expect(row.solved).toMatchObject({
      met: 3,
      partly: 1,
      missed: 1,
      numerator: 3.5,
      denominator: 5,
    });
    expect(row.solved.excluded).toEqual({ consultation: 1, no_opinion: 1 });
    expect(row.satisfaction).toMatchObject({
      met: 4,
      missed: 2,
      denominator: 6,
      strict: 3,
      policyOnly: 1,
    });
    expect(row.satisfaction.excluded).toEqual({ no_opinion: 1 });
    // Called in time: seven; one of them says nobody called; one was never called.
    expect(row.response).toMatchObject({ met: 6, missed: 2, denominator: 8 });
    expect(row.response.excluded).toEqual({ anonymous: 1, no_number: 1, gone: 1 });
  });

  it('adds the units up, says that few are few, and names the rules', async () => {
    const view = await rates();
    expect(view.months).toEqual([MONTH]);
    for (const rate of ['response', 'solved', 'satisfaction']) {
      const sum = view.units.reduce((n: number, u: any) => n + u.all[rate].denominator, 0);
      expect(view.total.all[rate].denominator).toBe(sum);
      expect(view.total.all[rate].enough).toBe(false);
    }
    expect(view.rules).toMatchObject({ version: 1, enoughFrom: 20, partlyWeight: 0.5 });
  });

  it('shows a unit its own figures only', async () => {
    const view = await rates('water.leader');
    expect(view.units.map((u: any) => u.unit.code)).toEqual(['WATER']);
    expect(view.total.all.solved.denominator).toBe(1);
  });

  it('has months before and after without figures', async () => {
    const view = ok(await (await w.as('supervisor')).get('/api/rates?months=3&to=2026-10'));
    expect(view.months).toEqual(['2026-08', '2026-09', '2026-10']);
    expect(view.total.months.map((m: any) => m.solved.denominator)).toEqual([0, 6, 0]);
  });

  it('refuses who answers for no unit, a foreign unit, and nonsense', async () => {
    refused(await (await w.as('operator')).get('/api/rates'), 403, 'not_allowed');
    refused(await (await w.as('water.handler')).get('/api/rates'), 403, 'not_allowed');
    const zhzf = await w.unit('ZHZF');
    refused(
      await (await w.as('water.leader')).get(`/api/rates?organizationId=${zhzf}`),
      404,
      'not_found',
    );
    wrongFields(
      await (await w.as('supervisor')).get('/api/rates?months=99&to=2026-13'),
      'months',
      'to',
    );
  });
});

describe('GET /api/rates/orders', () => {
  it('opens numerator, denominator, the missed and each exclusion', async () => {
    const zhzf = `unitId=${await w.unit('ZHZF')}`;
    expect(ids(await behind(`rate=solved&part=numerator&${zhzf}`))).toEqual(
      of('happy', 'half', 'policy', 'denied'),
    );
    expect(ids(await behind(`rate=solved&part=denominator&${zhzf}`))).toEqual(
      of('happy', 'half', 'policy', 'denied', 'unhappy'),
    );
    expect(ids(await behind(`rate=solved&part=missed&${zhzf}`))).toEqual(of('unhappy'));
    expect(ids(await behind(`rate=solved&part=excluded&${zhzf}`))).toEqual(of('asked', 'silent'));
    expect(ids(await behind(`rate=solved&part=excluded&reason=consultation&${zhzf}`))).toEqual(
      of('asked'),
    );
    expect(ids(await behind(`rate=response&part=missed&${zhzf}`))).toEqual(of('denied', 'late'));
    expect(ids(await behind(`rate=response&part=excluded&${zhzf}`))).toEqual(
      of('anonymous', 'noNumber', 'gone'),
    );
    expect(ids(await behind(`rate=satisfaction&part=missed&${zhzf}`))).toEqual(
      of('unhappy', 'policy'),
    );
  });

  it('has as many orders behind every figure as the figure says', async () => {
    const view = await rates();
    for (const row of view.units) {
      for (const rate of ['response', 'solved', 'satisfaction'] as const) {
        const f = row.all[rate];
        const at = `rate=${rate}&unitId=${row.unit.id}`;
        expect((await behind(`${at}&part=denominator`)).length).toBe(f.denominator);
        expect((await behind(`${at}&part=numerator`)).length).toBe(f.met + f.partly);
        expect((await behind(`${at}&part=missed`)).length).toBe(f.missed);
        for (const [reason, n] of Object.entries(f.excluded))
          expect((await behind(`${at}&part=excluded&reason=${reason}`)).length).toBe(n);
      }
    }
  });

  it('pages without losing or repeating', async () => {
    const first = ok(
      await (
        await w.as('supervisor')
      ).get(`/api/rates/orders?month=${MONTH}&rate=response&part=denominator&limit=3`),
    );
    const seen = [...first.items];
    for (let cursor = first.nextCursor; cursor;) {
      const next = ok(
        await (
          await w.as('supervisor')
        ).get(
          `/api/rates/orders?month=${MONTH}&rate=response&part=denominator&limit=3&cursor=${cursor}`,
        ),
      );
      seen.push(...next.items);
      cursor = next.nextCursor;
    }
    expect(new Set(seen.map((i) => i.factId)).size).toBe(seen.length);
    expect(seen.length).toBe((await rates()).total.all.response.denominator);
  });

  it('reads no more months than the rates do', async () => {
    const behindThem = async (from: string) =>
      (await w.as('supervisor')).get(`/api/rates/orders?rate=solved&month=${MONTH}&from=${from}`);
    ok(await behindThem('2025-10'));
    wrongFields(await behindThem('2025-09'), 'from');
  });

  it('shows a unit nothing of another', async () => {
    const foreign = await behind(
      `rate=solved&part=denominator&unitId=${await w.unit('ZHZF')}`,
      'water.leader',
    );
    expect(foreign).toEqual([]);
    expect(ids(await behind('rate=solved&part=denominator', 'water.leader'))).toEqual(of('water'));
  });
});

describe('the rules in SQL', () => {
  it('say the same as the pure ones, over every fact', async () => {
    const now = await w.now();
    const response = await sql<any>`select * from response_fact`.execute(w.db);
    const callback = await sql<any>`select * from callback_fact`.execute(w.db);
    expect(response.rows.length).toBeGreaterThan(11);
    expect(callback.rows.length).toBeGreaterThan(7);
    const listed = new Map<string, string>();
    for (const rate of ['response', 'solved', 'satisfaction']) {
      for (const part of ['denominator', 'excluded']) {
        for (const i of await behind(`rate=${rate}&part=${part}`))
          listed.set(`${rate} ${i.factId}`, i.reason ?? i.outcome);
      }
    }
    const word = (v: ReturnType<typeof solvedOf>) => v && (v.reason ?? v.outcome);
    for (const f of response.rows) {
      const fact: ResponseFact = {
        type: f.type,
        anonymous: f.anonymous,
        hasNumber: f.has_number,
        clocked: f.clocked,
        assignmentState: f.assignment_state,
        closingType: f.closing_type,
        met: f.met,
        dueAt: f.due_at,
        saidContacted: f.said_contacted,
      };
      expect(listed.get(`response ${f.fact_id}`) ?? null).toBe(word(responseOf(fact, now)));
    }
    for (const f of callback.rows) {
      const fact: CallbackFact = {
        type: f.type,
        closingType: f.closing_type,
        answered: f.answered,
        solved: f.solved,
        satisfaction: f.satisfaction,
        reasons: f.reasons ?? [],
        givenUp: f.given_up,
      };
      expect(listed.get(`solved ${f.fact_id}`)).toBe(word(solvedOf(fact)));
      expect(listed.get(`satisfaction ${f.fact_id}`)).toBe(word(satisfactionOf(fact)));
    }
  });
});

describe('the kept numbers', () => {
  const ever = { from: new Date('2026-01-31T16:00:00Z'), to: new Date('2027-01-31T16:00:00Z'), unitIds: null }; // prettier-ignore
  const lines = (rows: readonly object[]) => rows.map((r) => JSON.stringify(r)).toSorted();
  /** Every order counted through, and every fact looked at again. */
  const counted = () =>
    sql<any>`select rate, organization_id as "organizationId", to_char(city_month(at), 'YYYY-MM') as month,
      code, count(*)::int as n, count(*) filter (where strict)::int as strict,
      count(*) filter (where policy_only)::int as "policyOnly"
      from rate_verdict where ripe_at <= app_now() group by 1, 2, 3, 4`.execute(w.db);
  const strays = () =>
    sql<any>`with kept as (select order_id, rate, fact_id, organization_id, at, ripe_at, code, value, strict,
        policy_only from rate_fact), said as (select order_id, rate, fact_id, organization_id, at, ripe_at, code,
        value, strict, policy_only from rate_verdict)
      (select * from kept except select * from said) union all (select * from said except select * from kept)`.execute(w.db); // prettier-ignore
  async function same(): Promise<number> {
    const kept = await countFacts(w.db, ever);
    expect(lines(kept)).toEqual(lines((await counted()).rows));
    expect((await strays()).rows).toEqual([]);
    return kept.reduce((n, c) => n + c.n, 0);
  }
  const addUp = () => sql`select add_up_rates()`.execute(w.db);
  const waiting = async () =>
    Number((await sql<any>`select count(*) as n from rate_change where ripe_at <= app_now()`.execute(w.db)).rows[0].n); // prettier-ignore

  it('are the counted ones after each act of a life, and of one that is redone', async () => {
    const before = await same();
    const help = { type: 'help', urgency: 'U4', lead: 'ZHZF', categoryCode: '0203' } as const;
    const o = await s.signed({ ...help, phone: '13900001113' });
    await same();
    // What may come late and then does not leaves nothing behind.
    const unripe = async () =>
      (await sql<any>`select n from rate_change where order_id = ${o.id}`.execute(w.db)).rows;
    expect(await unripe()).toEqual([{ n: 1 }]);
    const told = { method: 'phone', reached: true, content: '已致电说明。' };
    s.must(await s.onAssignment('zhzf.handler', o.lead, 'first_contact', told));
    expect(await same()).toBe(before + 1);
    expect(await unripe()).toEqual([]);
    const done = await s.evaluated({ ...help, ...rating('not_solved', 2, false, ['policy']) });
    expect(await same()).toBe(before + 4);
    const redo = { version: await versionOf(w, done.id), reason: '没有解决', type: 'complaint' };
    s.must(await (await w.as('supervisor')).post(`/api/orders/${done.id}/redo`, redo));
    await w.settle();
    await same();
  });

  it('and of one that is corrected, one that is handed over, and one that comes too late', async () => {
    const help = { type: 'help', urgency: 'U4', lead: 'ZHZF', categoryCode: '0203' } as const;
    const praised = await s.signed({ ...help, phone: '13900001114' });
    const how = { type: 'praise', reason: '听错了' };
    s.must(await s.act('operator', praised.id, 'correct_classification', how));
    await same();
    const away = await s.signed({ ...help, phone: '13900001115' });
    s.must(await s.act('operator', away.id, 'transfer_emergency', { target: '119', record: '已转' })); // prettier-ignore
    s.must(await s.act('operator', away.id, 'receipt', { receiptNo: '1', note: '' }));
    await s.signed({ ...help, phone: '13900001116' });
    const early = await same();
    // Nothing is written when a limit passes: it counts from that instant on.
    await w.moveTo('2026-10-02T02:00:00Z');
    expect(await same()).toBeGreaterThan(early);
  });

  it('stay so when they are added up, beside those who write', async () => {
    const all = await same();
    expect(await waiting()).toBeGreaterThan(0);
    const help = { type: 'help', urgency: 'U4', lead: 'ZHZF', categoryCode: '0203' } as const;
    await Promise.all([
      addUp(),
      addUp(),
      s.evaluated({ ...help, phone: '13900001117', ...rating('solved', 5) }),
      s.evaluated({ ...help, phone: '13900001118', ...rating('solved', 1) }).then(addUp),
    ]);
    expect(await same()).toBe(all + 6);
    await addUp();
    expect(await waiting()).toBe(0);
    expect(await same()).toBe(all + 6);
  });

  it('are written by nobody else', async () => {
    for (const table of ['rate_fact', 'rate_change', 'rate_count'])
      await expect(sql`delete from ${sql.table(table)}`.execute(w.db)).rejects.toMatchObject({ code: '42501' }); // prettier-ignore
  });
});
