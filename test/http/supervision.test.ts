/** Supervision orders and urges over the API: issued, replied to, sent back, settled. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderNoText } from '../../src/kernel/ids.ts';
import { createWorld, steps, versionOf } from '../world.ts';
import type { Answer, World } from '../world.ts';
import { SECRET_WORDS, ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
const START = '2026-11-02T02:24:00Z';
const UNIT = 'ZHZF';

beforeAll(async () => {
  w = await createWorld({ at: START });
  s = steps(w);
});
afterAll(() => w.close());

const post = async (login: string, path: string, body: unknown, key?: string): Promise<Answer> =>
  (await w.as(login)).post(path, body, key ? { 'idempotency-key': key } : {});
const DEMAND = '说明原因，写明完成日期';
const supervise = (orderId: string, body: object = {}, login = 'supervisor', key?: string) =>
  post(login, `/api/orders/${orderId}/supervisions`, { level: 2, demand: DEMAND, ...body }, key);
const reply = (id: string, version = 1, login = 'zhzf.leader', text = '三日内办结') =>
  post(login, `/api/supervisions/${id}/reply`, { version, text });
const judge = (
  id: string,
  version: number,
  body: object = { verdict: 'accepted' },
  login = 'supervisor',
) => post(login, `/api/supervisions/${id}/verdict`, { version, ...body });
const list = async (login: string, query = '') =>
  (await w.as(login)).get(`/api/supervisions?limit=100${query}`);
const seen = async (id: string, login = 'supervisor') =>
  ok(await list(login)).items.find((x: { id: string }) => x.id === id);

const inHand = (m: Parameters<typeof s.signed>[0] = {}) =>
  s.signed({ lead: UNIT, urgency: 'U4', ...m });
/** An order in hand with a supervision order to its lead. */
async function issued(body: object = {}) {
  const o = await inHand();
  return { ...o, supervisionId: ok(await supervise(o.id, body)).createdId as string };
}
const clocksOf = async (supervisionId: string) =>
  w.db
    .selectFrom('deadline')
    .selectAll()
    .where('subject_id', '=', supervisionId)
    .orderBy('cycle')
    .execute();

describe('POST /api/orders/:id/supervisions', () => {
  it('issues a numbered order to the lead, with its clock', async () => {
    const o = await inHand();
    const before = await versionOf(w, o.id);
    const done = ok(await supervise(o.id));
    expect(done).toMatchObject({ orderId: o.id, state: 'in_progress', version: before + 1 });
    const view = await seen(done.createdId);
    expect(view).toMatchObject({
      level: 2,
      cause: 'manual',
      state: 'open',
      version: 1,
      returns: 0,
      organization: { code: UNIT },
      demand: DEMAND,
      order: { id: o.id, orderNo: o.orderNo },
      replies: [],
      verdicts: [],
      allowed: [],
    });
    expect(view.number).toMatch(/^督〔2026〕\d{4}$/);
    expect(view.issuedByName).not.toBe('');
    expect(view.clock).toMatchObject({ clock: 'supervision_reply', lamp: 'roomy', basis: 'wd' });
    const [clock] = await clocksOf(done.createdId);
    expect(clock).toMatchObject({
      organization_id: await w.unit(UNIT),
      order_id: o.id,
      amount: 3,
      state: 'running',
    });
    const [row] = await w.db
      .selectFrom('escalation')
      .selectAll()
      .where('order_id', '=', o.id)
      .execute();
    expect(row).toMatchObject({
      action: 'supervise',
      level: 2,
      cause: 'manual',
      deadline_id: null,
    });
  });

  it('numbers without gaps, one after the other, also when many come at once', async () => {
    const orders = [await inHand(), await inHand(), await inHand(), await inHand()];
    const made = await Promise.all(orders.map((o) => supervise(o.id)));
    // A refused one takes no number.
    refused(
      await supervise(orders[0]!.id, { organizationId: await w.unit('POWER') }),
      422,
      'unit_unknown',
    );
    const last = ok(await supervise(orders[0]!.id, { level: 3 }));
    const all = await w.db.selectFrom('supervision_order').select(['id', 'number']).execute();
    const numbers = all.map((r) => Number(r.number.slice(-4))).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(all.find((r) => r.id === last.createdId)!.number).toBe(
      `督〔2026〕${String(numbers.length).padStart(4, '0')}`,
    );
    expect(new Set(made.map((a) => ok(a).createdId)).size).toBe(4);
  });

  it('a new year in the city begins at one', async () => {
    const o = await inHand();
    await w.moveTo('2026-12-31T16:00:01Z');
    const first = ok(await supervise(o.id));
    await w.moveTo(START);
    const row = await w.db
      .selectFrom('supervision_order')
      .select('number')
      .where('id', '=', first.createdId)
      .executeTakeFirstOrThrow();
    expect(row.number).toBe('督〔2027〕0001');
  });

  it('addresses a co-handler of this round, and nobody who does not hold the order', async () => {
    const o = await inHand({ co: ['WATER'] });
    const done = ok(await supervise(o.id, { organizationId: await w.unit('WATER') }));
    expect(await seen(done.createdId)).toMatchObject({ organization: { code: 'WATER' } });
    for (const code of ['POWER', 'HOTLINE']) {
      refused(await supervise(o.id, { organizationId: await w.unit(code) }), 422, 'unit_unknown');
    }
    refused(await supervise(o.id, { organizationId: randomUUID() }), 422, 'unit_unknown');
    // Withdrawn: nobody holds it any more.
    const wish = { wish: '不要了', identifiedBy: 'caller_number' };
    ok(await s.act('operator', o.id, 'withdraw', wish));
    refused(await supervise(o.id), 422, 'unit_unknown');
    const nobody = await s.accepted();
    refused(await supervise(nobody.id), 422, 'unit_unknown');
  });

  it('takes another time for the reply, ahead and not too far', async () => {
    const due = '2026-11-03T09:00:00.000Z';
    const o = await issued({ replyDue: due });
    const { clock } = await seen(o.supervisionId);
    expect(Math.abs(Date.parse(clock.dueAt) - Date.parse(due))).toBeLessThan(5);
    expect(clock.basis).toBe('nh');
    for (const replyDue of ['2026-11-01T00:00:00Z', '2028-11-01T00:00:00Z']) {
      wrongFields(await supervise(o.id, { replyDue }), 'replyDue');
    }
  });

  it('refuses what is no supervision order', async () => {
    const o = await inHand();
    wrongFields(await supervise(o.id, { level: 1 }), 'level');
    wrongFields(await supervise(o.id, { level: 4 }), 'level');
    wrongFields(await supervise(o.id, { demand: '  ' }), 'demand');
    wrongFields(await supervise(o.id, { replyDue: SECRET_WORDS }), 'replyDue');
    refused(await supervise(randomUUID()), 404, 'not_found');
    refused(await supervise(o.id, {}, 'dispatcher'), 403, 'not_allowed');
    refused(await supervise(o.id, {}, 'zhzf.leader'), 403, 'not_allowed');
    refused(await supervise(o.id, {}, 'power.leader'), 404, 'not_found');
    expect(await w.db.selectFrom('supervision_order').selectAll().where('order_id', '=', o.id).execute()).toEqual([]); // prettier-ignore
  });

  it('sent twice with one key it is issued once', async () => {
    const o = await inHand();
    const key = randomUUID();
    const [a, b] = await Promise.all([
      supervise(o.id, {}, 'supervisor', key),
      supervise(o.id, {}, 'supervisor', key),
    ]);
    expect(ok(a).createdId).toBe(ok(b).createdId);
    expect(ok(await supervise(o.id, {}, 'supervisor', key)).createdId).toBe(a.body.createdId);
    refused(await supervise(o.id, { level: 3 }, 'supervisor', key), 422, 'idempotency_key_reused');
    const rows = await w.db.selectFrom('supervision_order').select('id').where('order_id', '=', o.id).execute(); // prettier-ignore
    expect(rows).toHaveLength(1);
  });

  it('what it says stands in the timeline and in no event', async () => {
    const words = '紫檀木琵琶';
    const o = await issued({ demand: words });
    ok(await reply(o.supervisionId, 1, 'zhzf.leader', `复${words}`));
    ok(await judge(o.supervisionId, 2, { verdict: 'sent_back', note: `缺${words}` }));
    const { timeline } = ok(await (await w.as('zhzf.handler')).get(`/api/orders/${o.id}`));
    const texts = timeline.flatMap((t: { texts: { kind: string; body: string }[] }) => t.texts);
    expect(texts.filter((t: { body: string }) => t.body.includes(words))).toMatchObject([
      { kind: 'supervision_demand', visibility: 'addressed' },
      { kind: 'supervision_reply', visibility: 'addressed' },
      { kind: 'verdict_note', visibility: 'addressed' },
    ]);
    for (const table of [
      'domain_event',
      'audit_log',
      'act',
      'supervision_order',
      'escalation',
      'idempotency_key',
    ] as const) {
      const rows = await w.db.selectFrom(table).selectAll().execute();
      expect(JSON.stringify(rows), table).not.toContain(words);
    }
  });

  it('is read on the order by the centre and the unit it asks, not by others there', async () => {
    const words = '沉香木扁舟';
    const o = await inHand({ co: ['WATER'] });
    const id = ok(await supervise(o.id, { demand: words })).createdId as string;
    ok(await reply(id, 1, 'zhzf.leader', `复${words}`));
    ok(await judge(id, 2, { verdict: 'sent_back', note: `缺${words}` }));
    const page = async (login: string) =>
      JSON.stringify(ok(await (await w.as(login)).get(`/api/orders/${o.id}`)));
    for (const login of [
      'supervisor',
      'dispatcher',
      'auditor',
      'zhzf',
      'zhzf.handler',
      'zhzf.leader',
    ])
      // prettier-ignore
      expect((await page(login)).split(words), login).toHaveLength(4);
    for (const login of ['water', 'water.handler', 'water.leader'])
      expect(await page(login), login).not.toContain(words);
    // To the co-unit: it reads its own, the lead does not.
    const own = '乌木屏风';
    ok(await supervise(o.id, { demand: own, organizationId: await w.unit('WATER') }));
    expect(await page('water.handler')).toContain(own);
    expect(await page('zhzf.handler')).not.toContain(own);
  });

  it('is offered on the order to supervisors; replies and verdicts are offered elsewhere', async () => {
    const o = await issued();
    const allowed = async (login: string) =>
      ok(await (await w.as(login)).get(`/api/orders/${o.id}`)).allowed as string[];
    expect(await allowed('supervisor')).toContain('supervise');
    expect(await allowed('dispatcher')).not.toContain('supervise');
    for (const login of ['zhzf.leader', 'supervisor']) {
      expect((await allowed(login)).filter((a) => a.endsWith('_supervision'))).toEqual([]);
    }
  });
});

describe('reply and verdict', () => {
  it('a reply stops the clock; accepted settles it', async () => {
    const o = await issued();
    expect(await seen(o.supervisionId, 'zhzf.leader')).toMatchObject({
      allowed: ['reply_supervision'],
    });
    ok(await reply(o.supervisionId));
    const replied = await seen(o.supervisionId);
    expect(replied).toMatchObject({
      state: 'replied',
      version: 2,
      clock: null,
      replies: [{ text: '三日内办结' }],
      allowed: ['judge_supervision'],
    });
    expect((await clocksOf(o.supervisionId)).map((c) => [c.state, c.met])).toEqual([
      ['stopped', true],
    ]);
    ok(await judge(o.supervisionId, 2, { verdict: 'accepted', note: '可以' }));
    expect(await seen(o.supervisionId)).toMatchObject({
      state: 'accepted',
      version: 3,
      verdicts: [{ verdict: 'accepted', note: '可以' }],
      allowed: [],
    });
    expect(await seen(o.supervisionId, 'zhzf.leader')).toMatchObject({ allowed: [] });
  });

  it('a reply after its time is kept as late', async () => {
    const o = await issued({ replyDue: '2026-11-02T03:24:00Z' });
    await w.moveTo('2026-11-02T04:00:00Z');
    ok(await reply(o.supervisionId));
    await w.moveTo(START);
    expect((await clocksOf(o.supervisionId)).map((c) => c.met)).toEqual([false]);
  });

  it('sent back it runs again, with a clock of its own and what is missing', async () => {
    const o = await issued({ replyDue: '2026-11-02T05:00:00Z' });
    ok(await reply(o.supervisionId));
    wrongFields(await judge(o.supervisionId, 2, { verdict: 'sent_back' }), 'note');
    ok(await judge(o.supervisionId, 2, { verdict: 'sent_back', note: '没有日期' }));
    const view = await seen(o.supervisionId);
    expect(view).toMatchObject({ state: 'open', version: 3, returns: 1 });
    expect(view.clock).toMatchObject({ clock: 'supervision_reply', basis: 'wd' });
    const clocks = await clocksOf(o.supervisionId);
    expect(clocks.map((c) => [c.cycle, c.state, c.amount])).toEqual([
      [1, 'stopped', expect.any(Number)],
      [2, 'running', 3],
    ]);
    ok(await reply(o.supervisionId, 3, 'zhzf.leader', '11月5日前办结'));
    ok(await judge(o.supervisionId, 4));
    const settled = await seen(o.supervisionId);
    expect(settled.replies.map((r: { text: string }) => r.text)).toEqual([
      '三日内办结',
      '11月5日前办结',
    ]);
    expect(settled.verdicts.map((v: { verdict: string }) => v.verdict)).toEqual([
      'sent_back',
      'accepted',
    ]);
  });

  it('what changed meanwhile answers where it is now, and changes nothing', async () => {
    const o = await issued();
    const is = (a: Answer, code: string, now: object) => {
      refused(a, 409, code);
      expect(a.body).toMatchObject(now);
    };
    is(await judge(o.supervisionId, 1), 'state_conflict', { state: 'open', version: 1 });
    is(await reply(o.supervisionId, 2), 'version_conflict', { state: 'open', version: 1 });
    ok(await reply(o.supervisionId));
    is(await reply(o.supervisionId, 1), 'version_conflict', { state: 'replied', version: 2 });
    is(await reply(o.supervisionId, 2), 'state_conflict', { state: 'replied', version: 2 });
    ok(await judge(o.supervisionId, 2));
    is(await judge(o.supervisionId, 3), 'state_conflict', { state: 'accepted', version: 3 });
    const view = await seen(o.supervisionId);
    expect([view.replies.length, view.verdicts.length, view.version]).toEqual([1, 1, 3]);
  });

  it('two at once: one reply counts, one verdict counts', async () => {
    const o = await issued();
    const replies = await Promise.all([reply(o.supervisionId), reply(o.supervisionId)]);
    expect(replies.map((a) => a.status).sort()).toEqual([200, 409]);
    const verdicts = await Promise.all([
      judge(o.supervisionId, 2),
      judge(o.supervisionId, 2, { verdict: 'sent_back', note: '缺' }),
    ]);
    expect(verdicts.map((a) => a.status).sort()).toEqual([200, 409]);
  });

  it('belongs to the leader of the addressed unit alone', async () => {
    const o = await inHand({ co: ['WATER'] });
    const id = ok(await supervise(o.id)).createdId;
    refused(await reply(id, 1, 'water.leader'), 404, 'not_found');
    refused(await reply(id, 1, 'power.leader'), 404, 'not_found');
    refused(await reply(id, 1, 'zhzf.handler'), 403, 'not_allowed');
    refused(await reply(id, 1, 'supervisor'), 403, 'not_allowed');
    refused(await reply(randomUUID()), 404, 'not_found');
    refused(await judge(id, 1, undefined, 'zhzf.leader'), 403, 'not_allowed');
    refused(await judge(id, 1, undefined, 'admin'), 403, 'not_allowed');
    refused(await judge(id, 1, undefined, 'water.leader'), 404, 'not_found');
  });

  it('a leader of two units on the order replies as the one that was asked', async () => {
    await w.person({
      login: 'two.leader',
      grants: [
        { role: 'unit_leader', unit: UNIT },
        { role: 'unit_leader', unit: 'WATER' },
      ],
    });
    const o = await inHand({ co: ['WATER'] });
    const id = ok(await supervise(o.id, { organizationId: await w.unit('WATER') })).createdId;
    ok(await reply(id, 1, 'two.leader'));
    const act = await w.db
      .selectFrom('act')
      .select(['organization_id', 'party', 'hand'])
      .where('order_id', '=', o.id)
      .where('act', '=', 'reply_supervision')
      .executeTakeFirstOrThrow();
    expect(act).toEqual({
      organization_id: await w.unit('WATER'),
      party: 'unit_leader',
      hand: 'handled',
    });
  });

  it('can be asked for after the order was closed', async () => {
    const o = await issued();
    const wish = { wish: '不要了', identifiedBy: 'caller_number' };
    ok(await s.act('operator', o.id, 'withdraw', wish));
    expect((await seen(o.supervisionId)).clock).not.toBeNull();
    ok(await reply(o.supervisionId));
    ok(await judge(o.supervisionId, 2));
  });
});

describe('separation of duties', () => {
  it('who handled does not supervise, and who supervised does not reply, whatever the account', async () => {
    await w.person({ login: 'h.handler', grants: [{ role: 'handler', unit: UNIT }] });
    await w.person({ login: 'h.supervisor', like: 'h.handler', grants: [{ role: 'supervisor', unit: 'HOTLINE' }] }); // prettier-ignore
    await w.person({ login: 'h.leader', like: 'h.handler', grants: [{ role: 'unit_leader', unit: UNIT }] }); // prettier-ignore
    const handled = await inHand();
    const progress = { text: '正在办' };
    ok(await s.onAssignment('h.handler', handled.lead, 'progress', progress));
    refused(await supervise(handled.id, {}, 'h.supervisor'), 403, 'separation_of_duties');

    const o = await inHand();
    const id = ok(await supervise(o.id, {}, 'h.supervisor')).createdId;
    refused(await reply(id, 1, 'h.leader'), 403, 'separation_of_duties');
    expect((await seen(id, 'h.leader')).allowed).toEqual([]);
    ok(await reply(id));
    ok(await judge(id, 2, undefined, 'h.supervisor'));

    const other = await issued();
    ok(await reply(other.supervisionId, 1, 'h.leader'));
    refused(await judge(other.supervisionId, 2, undefined, 'h.supervisor'), 403, 'separation_of_duties'); // prettier-ignore
    expect((await seen(other.supervisionId, 'h.supervisor')).allowed).toEqual([]);
  });
});

describe('GET /api/supervisions', () => {
  it('units see what is addressed to them, supervisors and administrators everything', async () => {
    const o = await inHand({ co: ['WATER'] });
    const mine = ok(await supervise(o.id)).createdId;
    const theirs = ok(await supervise(o.id, { organizationId: await w.unit('WATER') })).createdId;
    const ids = async (login: string) =>
      ok(await list(login, `&orderId=${o.id}`)).items.map((x: { id: string }) => x.id);
    for (const login of ['supervisor', 'admin']) expect(await ids(login)).toEqual([theirs, mine]);
    for (const login of ['zhzf', 'zhzf.handler', 'zhzf.leader']) expect(await ids(login)).toEqual([mine]); // prettier-ignore
    expect(await ids('water.leader')).toEqual([theirs]);
    expect(await ids('power.leader')).toEqual([]);
    for (const login of ['operator', 'dispatcher', 'auditor', 'followup']) {
      refused(await list(login), 403, 'not_allowed');
    }
  });

  it('of an organisation and those below it, within the reach; one by its id', async () => {
    const room = 'TOWN_QINGYU_1_ROOM';
    const o = await inHand({ co: [room, 'DIST_QINGYU'] });
    const issue = async (unit: string) =>
      ok(await supervise(o.id, { organizationId: await w.unit(unit) })).createdId as string;
    const [lead, street, district] = [await issue(UNIT), await issue(room), await issue('DIST_QINGYU')]; // prettier-ignore
    const ids = async (login: string, query: string) =>
      ok(await list(login, `&orderId=${o.id}${query}`)).items.map((x: { id: string }) => x.id);
    const of = async (code: string) => `&organizationId=${await w.unit(code)}`;
    for (const login of ['supervisor', 'dist.qingyu.leader']) {
      expect(await ids(login, await of('DIST_QINGYU'))).toEqual([district, street]);
      expect(await ids(login, await of(room))).toEqual([street]);
    }
    expect(await ids('supervisor', await of(UNIT))).toEqual([lead]);
    expect(await ids('supervisor', await of('WATER'))).toEqual([]);
    expect(await ids('supervisor', `&organizationId=${randomUUID()}`)).toEqual([]);
    // Outside the reach there is nothing; a room does not see the district above it.
    expect(await ids('dist.qingyu.leader', await of(UNIT))).toEqual([]);
    expect(await ids('zhzf.leader', await of('DIST_QINGYU'))).toEqual([]);
    expect(await ids('nantang.leader', await of('DIST_QINGYU'))).toEqual([street]);
    const byId = async (login: string, id: string) =>
      ok(await list(login, `&id=${id}`)).items.map((x: { id: string }) => x.id);
    expect(await byId('supervisor', street)).toEqual([street]);
    expect(await byId('nantang.leader', street)).toEqual([street]);
    expect(await byId('zhzf.leader', street)).toEqual([]);
    expect(await byId('supervisor', randomUUID())).toEqual([]);
    wrongFields(await list('supervisor', '&organizationId=x'), 'organizationId');
    wrongFields(await list('supervisor', '&id=x'), 'id');
  });

  it('by state and page by page, what waits the oldest first', async () => {
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      await w.moveTo(`2026-11-02T06:0${i}:00Z`);
      made.push((await issued()).supervisionId);
    }
    const page = async (query: string) => ok(await (await w.as('supervisor')).get(`/api/supervisions?${query}`)); // prettier-ignore
    const walk = async (query: string) => {
      const ids: string[] = [];
      let cursor = '';
      do {
        const p = await page(`${query}&limit=2${cursor && `&cursor=${cursor}`}`);
        ids.push(...p.items.map((x: { id: string }) => x.id));
        cursor = p.nextCursor ?? '';
      } while (cursor);
      return ids;
    };
    const open = await walk('state=open');
    expect(open.filter((id) => made.includes(id))).toEqual(made);
    const all = await walk('x=1');
    expect(all.filter((id) => made.includes(id))).toEqual(made.toReversed());
    expect(new Set(all).size).toBe(all.length);
    ok(await reply(made[0]!));
    expect(await walk('state=replied')).toContain(made[0]);
    expect(await walk('state=open')).not.toContain(made[0]);
    await w.moveTo(START);
    wrongFields(await list('supervisor', '&state=lost'), 'state');
    wrongFields(await list('supervisor', '&cursor=nonsense'), 'cursor');
  });
});

describe('who hears of it', () => {
  const heard = async (orderId: string) =>
    (
      await w.db
        .selectFrom('notification as n')
        .innerJoin('organization as g', 'g.id', 'n.organization_id')
        .select(['n.kind', 'g.code', 'n.roles'])
        .where('n.order_id', '=', orderId)
        .where('n.kind', 'like', 'supervis%')
        .orderBy('n.at')
        .orderBy('n.id')
        .execute()
    ).map((n) => `${n.kind} ${n.code} ${n.roles.join('+')}`);

  it('the unit of the order, the centre of the reply, the leader of the verdict', async () => {
    const o = await issued();
    await w.settle();
    expect(await heard(o.id)).toEqual(['supervised ZHZF unit_leader+unit_receiver+command_room']);
    expect(
      w.sent.filter((m) => m.text.includes(orderNoText(o.orderNo)) && m.text.includes('督办单')),
    ).toHaveLength(1);
    ok(await reply(o.supervisionId));
    await w.settle();
    ok(await judge(o.supervisionId, 2, { verdict: 'sent_back', note: '缺' }));
    await w.settle();
    expect((await heard(o.id)).slice(1)).toEqual([
      'supervision_replied HOTLINE supervisor',
      'supervision_judged ZHZF unit_leader',
    ]);
    const mine = ok(await (await w.as('supervisor')).get('/api/notifications')).items;
    expect(mine[0]).toMatchObject({ kind: 'supervision_replied', orderId: o.id });
  });

  it('a key supervision also the administrator of the centre', async () => {
    const o = await issued({ level: 3 });
    await w.settle();
    expect(await heard(o.id)).toContain('supervised HOTLINE center_admin');
  });
});

describe('urges', () => {
  const escalated = async (orderId: string) =>
    (
      await w.db
        .selectFrom('escalation')
        .selectAll()
        .where('order_id', '=', orderId)
        .orderBy('at')
        .execute()
    ).map((e) => [e.action, e.level, e.cause, e.organization_id]);

  it('of a person and of a citizen stand among what was done about the order', async () => {
    const o = await inHand();
    const unit = await w.unit(UNIT);
    ok(await post('dispatcher', `/api/orders/${o.id}/urges`, { level: 1, text: '请尽快' }));
    const citizen = { kind: 'citizen', orderId: o.id, how: 'query_code' } as const;
    const { urge } = await import('../../src/supervision/index.ts');
    await urge(w.deps, citizen, o.id, { level: 1, text: '' });
    expect(await escalated(o.id)).toEqual([
      ['urge', 1, 'manual', unit],
      ['urge', 1, 'citizen', unit],
    ]);
    await expect(urge(w.deps, citizen, o.id, { level: 1, text: '' })).rejects.toMatchObject({
      code: 'urge_daily_limit',
    });
    expect(await escalated(o.id)).toHaveLength(2);
  });

  it('of an order that no unit has belong to the centre', async () => {
    const o = await s.register();
    ok(await post('dispatcher', `/api/orders/${o.id}/urges`, { level: 0 }));
    expect(await escalated(o.id)).toEqual([['urge', 0, 'manual', null]]);
  });
});
