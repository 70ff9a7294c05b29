/** What stands beside the operator's form: nothing is kept, nothing secret is shown, the right order is found. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import type { Advice, Registered, SplitResult } from '../../src/intake/schema.ts';
import { addDays } from '../../src/kernel/clock.ts';
import { T04, createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
const START = '2026-09-21T02:24:00Z';
beforeAll(async () => {
  w = await createWorld({ at: START });
  s = steps(w);
});
afterAll(() => w.close());

const T17 = '喂，又是我，翠竹苑停水的，我刚刚半个小时前打过，到现在还没来水！你们登记了没有啊？';
const T31 =
  '你们上次回复说“已处理完毕”，可我去看还是老样子，垃圾一点没动，这叫处理？我要求重新办！';
const t28 = (tail: string) =>
  `我前天打的那个电话，工单尾号好像是${tail}，你们说五天，怎么只有一个短信说“已转办”，能不能告诉我谁在管？`;

const ask = async (body: object, login = 'operator') =>
  (await w.as(login)).post<Advice>('/api/advise', body);
const advised = async (body: object): Promise<Advice> => s.must(await ask(body));
const ids = (a: Advice) => a.similar.map((x) => x.order.id);

describe('advice', () => {
  it('understands, names the unit with its steps, and may not be stored anywhere', async () => {
    const answer = await ask({
      content: '滨江街道江畔新村门口的路灯不亮了，请来修。',
      areaCode: '339901001',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { understanding, routing } = answer.body;
    expect(understanding.categories[0]?.value).toBe('0205');
    expect(routing?.lead?.code).toBe('ZHZF');
    expect(routing?.steps[0]?.facts.category).toBe('0205');
  });

  it('lets what was chosen count before what was guessed', async () => {
    const content = '路灯不亮了，请来修。';
    const { routing } = await advised({ content, categoryCode: '0301' });
    expect(routing?.lead?.code).toBe('WATER');
  });

  it('names the matter as the class that was chosen does, and it is registered so', async () => {
    const content = '我是翠竹苑3幢的业主，楼上漏水漏到我家客厅了，物业不管，你们能不能找人来看看';
    const guessed = await advised({ content });
    expect(guessed.title).toBe(guessed.understanding.title);
    const code = guessed.understanding.categories[0]!.value;
    const registered = async (body: object): Promise<string> => {
      const key = { 'idempotency-key': randomUUID() };
      const made = await (await w.as('operator')).post<Registered>('/api/orders', body, key);
      const path = `/api/orders/${s.must(made).orderId}`;
      return s.must(await (await w.as('dispatcher')).get(path)).title;
    };
    const others = ['0202', '0205'].filter((c) => c !== code);
    for (const categoryCode of others) {
      const chosen = await advised({ content, categoryCode });
      expect(chosen.title).toBe(categoryCode === '0202' ? '翠竹苑违法搭建' : '翠竹苑路灯不亮');
      // The suggestion stays what it was.
      expect(chosen.understanding.title).toBe(guessed.title);
      expect(await registered({ content, categoryCode })).toBe(chosen.title);
    }
    expect(await registered({ content, categoryCode: '0205', title: '漏水' })).toBe('漏水');
  });

  it('names the parts of a split as their classes do', async () => {
    const o = await s.register({ content: '滨江街道江畔新村路灯不亮，翠竹苑楼上漏水物业不管。' });
    const parts = [{ content: '翠竹苑楼上漏水物业不管。', categoryCode: '0205' }];
    const kept = { content: '滨江街道江畔新村路灯不亮。', title: '' };
    const done = await (
      await w.as('dispatcher')
    ).post<SplitResult>(
      `/api/orders/${o.id}/split`,
      { version: 1, input: { kept, parts } },
      { 'idempotency-key': 'split-titles' },
    );
    const [part] = s.must(done).parts;
    const seen = s.must(await (await w.as('dispatcher')).get(`/api/orders/${part!.orderId}`));
    expect(seen.title).toBe('翠竹苑路灯不亮');
  });

  it('answers what has not been typed yet', async () => {
    expect(await advised({ content: '' })).toMatchObject({ similar: [], related: null });
    expect((await ask({ content: 'x'.repeat(4001) })).status).toBe(422);
    expect((await ask({ content: '路灯', phone: 'secret' })).status).toBe(422);
  });

  it('keeps nothing of it', async () => {
    const tables = [
      'domain_event',
      'outbox',
      'audit_log',
      'idempotency_key',
      'contact',
      'requester',
      'identity_vault',
      'classification',
      'routing_wait',
      'routing_decision',
      'work_order',
      'order_text',
    ];
    const counts = async () =>
      Promise.all(
        tables.map(
          async (t) =>
            (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(t)}`.execute(w.db))
              .rows[0]!.n,
        ),
      );
    const before = await counts();
    await (
      await w.as('operator')
    ).post(
      '/api/advise',
      { content: T17, phone: '13805774471' },
      { 'idempotency-key': 'advice-once-more' },
    );
    expect(await counts()).toEqual(before);
  });
});

describe('orders that may be the same', () => {
  it('are found by words, place, class and caller, each with its reasons; the most alike first', async () => {
    const same = await s.accepted({ phone: '13900001701' });
    const lamp = await s.register({ content: '文渊街道翰林街的路灯不亮。', areaCode: '339901002' });
    const a = await advised({
      content: '南塘街道翠竹苑整个小区从昨晚停水到现在，家里有老人，自来水公司电话打不进。',
      areaCode: '339902001',
      phone: '13900001701',
    });
    expect(ids(a)[0]).toBe(same.id);
    expect(ids(a)).not.toContain(lamp.id);
    const [first] = a.similar;
    expect(first!.because).toEqual(
      expect.arrayContaining(['same_caller', 'same_area', 'same_category', 'alike_words']),
    );
    expect(first!.score).toBeGreaterThan(0.6);
    expect(first!.score).toBeLessThanOrEqual(1);
    const scores = a.similar.map((x) => x.score);
    expect(scores).toEqual(scores.toSorted((x, y) => y - x));
    const stranger = await advised({ content: T04, areaCode: '339902001', phone: '13900001799' });
    expect(stranger.similar.find((x) => x.order.id === same.id)?.because).not.toContain(
      'same_caller',
    );
  });

  it('are never confidential ones, not even the caller’s own', async () => {
    const phone = '13900001702';
    const content = '观潮公园南门的垃圾堆了一个星期，臭得不得了，请来清运。';
    const secret = await s.register({ content, phone, confidential: true, areaCode: '339901001' });
    const open = await s.register({ content, phone, areaCode: '339901001' });
    const a = await advised({ content, phone, areaCode: '339901001' });
    expect(ids(a)).toContain(open.id);
    expect(JSON.stringify(a)).not.toContain(secret.id);
    const { body } = await ask({ content: t28(secret.orderNo.slice(-6)), phone });
    expect(JSON.stringify(body)).not.toContain(secret.id);
  });

  it('are at most five, of the last thirty days', async () => {
    const content = '潮汐广场北侧的垃圾桶满了没人收，地上全是外卖盒子。';
    const made = [];
    for (let i = 0; i < 7; i++)
      made.push((await s.accepted({ content, categoryCode: '0203', areaCode: '339901001' })).id);
    const asked = { content, areaCode: '339901001', categoryCode: '0203' };
    const near = await advised(asked);
    expect(near.similar).toHaveLength(5);
    for (const id of ids(near)) expect(made).toContain(id);
    const now = await w.now();
    await w.moveTo(addDays(now, 31));
    expect((await advised(asked)).similar).toEqual([]);
    // Noise and buildings come back for ninety days.
    const noise = await s.accepted({
      content: '潮汐广场的广场舞音响太吵，天天跳到十点。',
      categoryCode: '0209',
      areaCode: '339901001',
    });
    await w.moveTo(addDays(now, 31 + 60));
    const later = await advised({
      content: '潮汐广场的广场舞音响太吵，天天跳到十点半。',
      categoryCode: '0209',
      areaCode: '339901001',
    });
    expect(ids(later)).toEqual([noise.id]);
  });
});

describe('the order that the caller speaks of', () => {
  it('T17: the open one about the same water, half an hour later', async () => {
    const phone = '13900001717';
    const t04 = await s.dispatched({ phone });
    await s.register({ phone, content: '滨江大道的路灯不亮。', areaCode: '339901001' });
    await w.moveTo(new Date((await w.now()).getTime() + 30 * 60_000));
    const a = await advised({ content: T17, phone });
    expect(a.understanding.proposal.act).toBe('append');
    expect(a.related).toMatchObject({ act: 'append', order: { id: t04.id } });
  });

  it('T31: the one that was answered about the same rubbish', async () => {
    const phone = '13900001731';
    const content = '南塘新村东门口的垃圾堆了好几天没人清运。';
    const closed = await s.evaluated({ phone, content, categoryCode: '0203' });
    const open = await s.register({ phone, content: '滨江大道的路灯不亮。' });
    const a = await advised({ content: T31, phone, areaCode: '339902001' });
    expect(a.understanding.proposal.act).toBe('redo');
    expect(a.related).toMatchObject({ act: 'redo', order: { id: closed.id } });
    expect(a.related?.order.id).not.toBe(open.id);
    // From another telephone it is found by its place and class.
    const other = await advised({
      content: T31,
      phone: '13900001732',
      address: '南塘新村东门口',
      categoryCode: '0203',
      areaCode: '339902001',
    });
    expect(other.related).toMatchObject({ act: 'redo', order: { id: closed.id } });
    const elsewhere = await advised({
      content: T31,
      phone: '13900001732',
      address: '望江名邸',
      categoryCode: '0203',
    });
    expect(elsewhere.related).toBeNull();
  });

  it('is none where none is found under the number that is named, and no other in its place', async () => {
    const phone = '13900001738';
    const own = await s.dispatched({ phone });
    const secret = await s.register({ phone, confidential: true });
    const closed = await s.evaluated({ phone, categoryCode: '0203' });
    const tail = secret.orderNo.slice(-4);
    const spelt = [...tail].map((c) => '零一二三四五六七八九'[Number(c)]).join('');
    for (const content of [
      t28(tail),
      t28(spelt),
      `翠竹苑停水，我昨天打过的，单号尾号${tail}，催一下`,
      `${T31}单号尾号${tail}。`,
    ]) {
      const a = await advised({ content, phone, areaCode: '339902001' });
      expect(a.understanding.proposal.orderNoTail).toBe(tail);
      expect([a.related, ids(a)]).toEqual([null, []]);
      for (const { id } of [own, secret, closed]) expect(JSON.stringify(a)).not.toContain(id);
    }
  });

  it('is no stranger’s of the same last digits, where the caller’s own is confidential', async () => {
    const [phone, elsewhere] = ['13900001739', '13900001742'];
    const tail = '9387';
    const secret = await s.register({ phone, confidential: true });
    const open = await s.dispatched({ phone: '13900001740' });
    const closed = await s.evaluated({ phone: '13900001741', categoryCode: '0203' });
    const numbered = (day: string, id: string) =>
      sql`update work_order set order_no = ${`${day}${secret.orderNo.slice(8, -4)}${tail}`}
        where id = ${id}`.execute(w.db);
    await numbered('20260801', secret.id);
    await numbered('20260802', open.id);
    const asks = [
      t28(tail),
      `翠竹苑停水，我昨天打过的，单号尾号${tail}，催一下`,
      `${T31}单号尾号${tail}。`,
    ];
    const said = async (from: string, content: string) =>
      advised({ content, phone: from, areaCode: '339902001' });
    // Whoever has no order of this number means the stranger's.
    for (const words of asks.slice(0, 2))
      expect((await said(elsewhere, words)).related?.order.id).toBe(open.id);
    await numbered('20260803', closed.id);
    expect((await said(elsewhere, asks[2]!)).related?.order.id).toBe(closed.id);
    for (const words of asks) {
      const a = await said(phone, words);
      expect(a.understanding.proposal.orderNoTail).toBe(tail);
      expect([a.related, ids(a)]).toEqual([null, []]);
    }
    await sql`update work_order set confidential = false where id = ${secret.id}`.execute(w.db);
    expect((await said(phone, asks[0]!)).related?.order.id).toBe(secret.id);
  });

  it('T28: by the last digits of its number, of the caller before others', async () => {
    const phone = '13900001728';
    const own = await s.dispatched({ phone });
    const others = await s.dispatched({ phone: '13900001729' });
    const mine = await advised({ content: t28(own.orderNo.slice(-4)), phone });
    expect(mine.understanding.proposal.act).toBe('progress_answer');
    expect(mine.related).toMatchObject({ act: 'progress_answer', order: { id: own.id } });
    const named = await advised({ content: t28(others.orderNo.slice(-4)), phone });
    expect(named.related).toMatchObject({ act: 'progress_answer', order: { id: others.id } });
    const [day, no] = [own.orderNo.slice(0, 8), own.orderNo.slice(8)];
    const whole = await advised({ content: t28(`${day}-${no}`), phone });
    expect(whole.related?.order.id).toBe(own.id);
    // Without a number in the words it is the caller's own, never a stranger's.
    const none = await advised({
      content: t28('').replace('工单尾号好像是', ''),
      phone: '13900001790',
    });
    expect(none.related).toBeNull();
  });
});
