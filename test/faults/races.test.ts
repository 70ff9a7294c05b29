/** Two hundred at once on one thing: one wins, the others get a clean answer, the story is linear. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browser, newKey, openHouse, until } from '../processes.ts';
import type { Answer, House } from '../processes.ts';
import { fillForm, followLink } from '../flow/citizen.ts';
import { must, registration, walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';

const MANY = 200;

describe(`${MANY} at once`, () => {
  let h: House;
  let w: Walk;
  beforeAll(async () => {
    h = await openHouse('postgres');
    w = walk(h.as);
  });
  afterAll(() => h?.close());

  /** Who is told to come again does: on a slow machine not all get in at once, and nothing is done twice. */
  const all = <T extends Answer>(work: (i: number) => Promise<T>): Promise<T[]> =>
    Promise.all(
      Array.from({ length: MANY }, (_, i) =>
        until('an answer', async () => {
          const answer = await work(i);
          return (answer.status !== 503 || !answer.headers.get('retry-after')) && answer;
        }),
      ),
    ) as Promise<T[]>;
  /** How often each answer came: status and, for a problem, its code. */
  const tally = (answers: Answer[]) => {
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const key = body?.code ? `${status} ${body.code}` : String(status);
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  };
  const expectLinear = async (orderId: string) => {
    const { timeline, version } = await w.see(orderId);
    expect(timeline.map((t) => t.version)).toEqual(timeline.map((_, i) => i + 1));
    expect(version).toBe(timeline.length);
    const { rows } = await h.owner.query(
      `select array_agg(order_version order by order_version) versions from act where order_id = $1`,
      [orderId],
    );
    expect(rows[0].versions).toEqual(timeline.map((t) => t.version));
    return timeline.map((t) => t.act);
  };
  const dispatched = async (phone = '13900000950') => {
    const { orderId, orderNo, queryCode } = await w.register({ phone });
    await w.accept(orderId);
    await w.dispatch(orderId, []);
    return { orderId, orderNo, queryCode };
  };

  it('register with one key: one order, one receipt', async () => {
    const operator = await h.as('operator');
    const [path, body, headers] = registration({ phone: '13900000951' }, newKey());
    const answers = await all(() => operator.post(path, body, headers));
    expect(tally(answers)).toEqual({ 201: MANY });
    expect(new Set(answers.map((a) => JSON.stringify(a.body))).size).toBe(1);
    await h.quiet();
    const { rows } = await h.owner.query(
      'select (select count(*)::int from work_order) orders, (select count(*)::int from requester) people',
    );
    expect(rows).toEqual([{ orders: 1, people: 1 }]);
    expect(h.gateway.to('13900000951')).toHaveLength(1);
    expect(await expectLinear(answers[0]!.body.orderId)).toEqual(['register']);
  });

  it('dispatch with the same version: one lead', async () => {
    const { orderId } = await w.register({ phone: '13900000952' });
    await w.accept(orderId);
    const { version } = await w.see(orderId);
    const leads = await Promise.all(['WATER', 'ZHZF'].map(w.unitId));
    const dispatcher = await h.as('dispatcher');
    const answers = await all((i) =>
      dispatcher.post(`/api/orders/${orderId}/acts`, {
        act: 'dispatch',
        version,
        input: { leadId: leads[i % 2] },
      }),
    );
    expect(tally(answers)).toEqual({ 200: 1, '409 version_conflict': MANY - 1 });
    const lost = answers.find((a) => a.status === 409)!.body;
    expect(lost).toMatchObject({ state: 'dispatched', version: version + 1 });
    expect((await w.see(orderId)).assignments).toHaveLength(1);
    expect(await expectLinear(orderId)).toEqual(['register', 'accept', 'dispatch']);
  });

  it('sign: one signature', async () => {
    const { orderId } = await dispatched();
    const { version } = await w.see(orderId);
    const { id } = await w.assignmentOf(orderId, 'WATER');
    const water = await h.as('water');
    const answers = await all(() =>
      water.post(`/api/assignments/${id}/acts`, { act: 'sign', version, input: {} }),
    );
    expect(tally(answers)).toEqual({ 200: 1, '409 version_conflict': MANY - 1 });
    expect((await expectLinear(orderId)).filter((a) => a === 'sign')).toHaveLength(1);
  });

  it('notes, which need no version, are all written, one after the other', async () => {
    const { orderId } = await dispatched();
    const operator = await h.as('operator');
    const answers = await all((i) =>
      operator.post(`/api/orders/${orderId}/acts`, { act: 'note', input: { text: `第${i}句` } }),
    );
    expect(tally(answers)).toEqual({ 200: MANY });
    expect((await expectLinear(orderId)).filter((a) => a === 'note')).toHaveLength(MANY);
  });

  it('urged by the citizen: once a day', async () => {
    const { orderId, orderNo, queryCode } = await dispatched();
    const citizen = browser(h.url);
    const door = await citizen.get<string>('/track');
    const page = await fillForm(citizen, door.body, { orderNo, code: queryCode });
    expect(page.status).toBe(200);
    expect(page.body).toContain('action="/track/urge"');
    const cookie = [...citizen.cookies].map((c) => c.join('=')).join('; ');
    const answers = await all(async () => {
      const response = await fetch(new URL('/track/urge', h.url), {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: h.url, 'content-type': 'application/x-www-form-urlencoded' },
      });
      const [said] = /said=\w+/.exec(response.headers.get('set-cookie') ?? '') ?? [];
      return { status: response.status, body: { code: said }, headers: response.headers };
    });
    expect(tally(answers)).toEqual({ '303 said=urged': 1, '303 said=urged_already': MANY - 1 });
    expect((await w.see(orderId)).urges).toBe(1);
    expect((await expectLinear(orderId)).filter((a) => a === 'urge')).toHaveLength(1);
    await h.quiet();
    const { rows } = await h.owner.query(
      `select count(*)::int n from notification where order_id = $1 and kind = 'urged'`,
      [orderId],
    );
    expect(rows[0].n).toBe(1);
  });

  it('rated through one link: one rating', async () => {
    const phone = '13900000953';
    const { orderId } = await w.register({ channel: 'wechat', phone, content: '水费怎么交？' });
    await w.act('operator', orderId, 'direct_answer', { type: 'consultation', answer: '网上交。' });
    const link = await until('a rating link', () =>
      h.gateway
        .to(phone)
        .map((m) => /https?:\S+\/rate\/[\w-]{43}/.exec(m.text)?.[0])
        .find(Boolean),
    );
    const citizens = Array.from({ length: MANY }, () => browser(h.url));
    const page = (await followLink(citizens[0]!, link)).body;
    const answers = await all((i) =>
      fillForm(citizens[i]!, page, { satisfaction: String((i % 5) + 1), solved: 'solved' }),
    );
    expect(tally(answers)).toEqual({ 200: 1, 404: MANY - 1 });
    await until('closed', async () => (await w.see(orderId)).state === 'closed');
    expect((await expectLinear(orderId)).filter((a) => a === 'evaluate')).toHaveLength(1);
    const said = must(await (await h.as('supervisor')).get(`/api/orders/${orderId}/evaluations`));
    expect(said).toHaveLength(1);
  });

  it('rated by two agents at their telephones: one rating, no act too many', async () => {
    const { orderId } = await dispatched('13900000954');
    await w.sign(orderId);
    await w.firstContact(orderId);
    await w.draft(orderId);
    await w.countersign(orderId);
    await w.auditPass(orderId);
    const task = await until('a call to make', () => w.callback(orderId));
    const followup = await h.as('followup');
    const answers = await all((i) =>
      followup.post(`/api/callbacks/${task}/evaluation`, { satisfaction: (i % 5) + 1 }),
    );
    expect(tally(answers)).toEqual({ 200: 1, '409 already_done': MANY - 1 });
    await until('closed', async () => (await w.see(orderId)).state === 'closed');
    const acts = await expectLinear(orderId);
    expect(acts.slice(-3)).toEqual(['record_attempt', 'evaluate', 'close']);
    expect(acts.filter((a) => a === 'record_attempt')).toHaveLength(1);
  });
});
