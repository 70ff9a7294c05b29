/** What citizens write: understood once, done at once, answered in words that reveal nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dueDeliveries, send } from '../../src/notification/index.ts';
import { eraseOld } from '../../workers/schedule.ts';
import { createWorld, steps, stateOf } from '../world.ts';
import type { World } from '../world.ts';
import { knock, newMessageId, openSms, write } from './sms.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:00:00Z' });
  s = steps(w);
  await openSms(w);
});
afterAll(() => w?.close());
beforeEach(async () => {
  // Nobody's hour is full because of the test before.
  await w.moveTo(new Date((await w.now()).getTime() + 61 * 60_000));
  if ((await w.now()).getUTCHours() > 8) await w.moveTo(tomorrow(await w.now()));
});
/** Ten in the morning of the next day, in the city. */
const tomorrow = (at: Date) => new Date(Math.floor(at.getTime() / 86_400_000 + 1) * 86_400_000 + 2 * 3_600_000); // prettier-ignore

let last = 0;
const newPhone = () => `1390000${String(++last).padStart(4, '0')}`;
const DEMAND = '青屿区南塘街道翠竹苑3幢的路灯坏了一个星期，晚上看不见路，请来修。';
const DANGER = '救命，翠竹苑5幢着火了，楼道全是浓烟，有老人困在里面';

/** As the schedule does: whatever is due is tried. */
async function sendDue(): Promise<void> {
  for (const id of await dueDeliveries(w.db, 200)) await send(w.deps, async (sms) => void w.sent.push(sms), id); // prettier-ignore
}

/** What goes to a number because of what it wrote. */
async function said(phone: string, text: string): Promise<string[]> {
  const before = w.sent.length;
  expect(await write(w, phone, text)).toMatchObject({ status: 200, body: { state: 'done' } });
  await w.settle();
  return w.sent.slice(before).flatMap((m) => (m.to === phone ? [m.text] : []));
}
const rows = (phone: string) =>
  w.db.selectFrom('sms_inbound').selectAll().where('from_hmac', '=', w.deps.crypto.mac('phone', phone)).orderBy('received_at').orderBy('id').execute(); // prettier-ignore
const orders = async (phone: string) => {
  const ids = (await rows(phone)).flatMap((r) => r.order_id ?? []);
  return [...new Set(ids)];
};
const tailOf = async (id: string) =>
  (await w.db.selectFrom('work_order').select('order_no').where('id', '=', id).executeTakeFirstOrThrow()).order_no.slice(-4); // prettier-ignore

describe('a demand', () => {
  it('becomes an order of channel sms, with number and code by message', async () => {
    const phone = newPhone();
    const texts = await said(phone, DEMAND);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/单号.*查询码[0-9A-Z]{6}/);
    const [id] = await orders(phone);
    const order = await w.db.selectFrom('work_order').selectAll().where('id', '=', id!).executeTakeFirstOrThrow(); // prettier-ignore
    expect(order).toMatchObject({ channel: 'sms', state: 'registered', anonymous: false });
    const [row] = await rows(phone);
    expect(row).toMatchObject({ understood: 'demand', contact_id: order.contact_id });
    const contact = await w.db.selectFrom('contact').selectAll().where('id', '=', order.contact_id).executeTakeFirstOrThrow(); // prettier-ignore
    expect(contact).toMatchObject({ channel: 'sms', operator_id: null });
    // Neither number nor words lie in clear anywhere in the row.
    expect(JSON.stringify(row)).not.toContain(phone);
    expect(row!.text_ct!.includes(Buffer.from('路灯'))).toBe(false);
  });

  it('said again is the same demand; another one of the day joins the contact', async () => {
    const phone = newPhone();
    await said(phone, DEMAND);
    expect((await said(phone, ` ${DEMAND}！`))[0]).toContain('已经登记过');
    await said(phone, '我家楼上每天半夜装修，电钻声吵得没法睡觉');
    expect(await orders(phone)).toHaveLength(2);
    expect(new Set((await rows(phone)).map((r) => r.contact_id)).size).toBe(1);
  });

  it.each(['', '。。。', '你好', '1 2'])(
    'that says nothing (%j) is told what can be written',
    async (text) => {
      const phone = newPhone();
      expect(await said(phone, text)).toEqual([expect.stringContaining('请写清什么事')]);
      expect(await orders(phone)).toEqual([]);
    },
  );

  it('in danger is an order at once, and the citizen is told whom to call', async () => {
    const phone = newPhone();
    const texts = await said(phone, DANGER);
    expect(texts).toHaveLength(2);
    expect(texts.some((t) => t.includes('请马上打119'))).toBe(true);
    const [id] = await orders(phone);
    expect(await w.db.selectFrom('work_order').select(['emergency', 'state']).where('id', '=', id!).executeTakeFirst()) // prettier-ignore
      .toEqual({ emergency: '119', state: 'registered' });
  });
});

describe('the door', () => {
  const count = async () =>
    Number((await w.db.selectFrom('sms_inbound').select((e) => e.fn.countAll().as('n')).executeTakeFirstOrThrow()).n); // prettier-ignore

  it('takes one message once, a hundred times in parallel', async () => {
    const phone = newPhone();
    const id = newMessageId();
    const message = { messageId: id, from: phone, text: DEMAND, at: '2026-09-21T02:00:00Z' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => knock(w, '/sms/v1/inbound', message, { id })),
    );
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    expect(new Set(answers.map((a) => a.body.orderId)).size).toBe(1);
    // Handed over once more under another id of the door.
    const again = await knock(w, '/sms/v1/inbound', message);
    expect(again.body).toMatchObject({ state: 'done', understood: 'demand' });
    expect(await rows(phone)).toHaveLength(1);
    await w.settle();
    expect(w.sent.filter((m) => m.to === phone)).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof write>[3], number]>([
    ['with another secret', { secret: 'not-the-secret-of-it' }, 401],
    ['signed six minutes ago', { age: 360 }, 401],
    ['signed six minutes ahead', { age: -360 }, 401],
    ['too large', { raw: `{"text":"${'长'.repeat(30_000)}"}` }, 413],
  ])('refuses what is %s', async (_, k, status) => {
    const before = await count();
    expect((await write(w, newPhone(), DEMAND, k)).status).toBe(status);
    expect(await count()).toBe(before);
  });

  it('keeps what is broken off, and what is too long for a message, among the dead letters', async () => {
    const before = await count();
    for (const raw of [
      '{"messageId":"m-x","from":"139000',
      JSON.stringify({ messageId: 'm-y', from: '13900000000', text: '长'.repeat(2001), at: '2026-09-21T02:00:00Z' }), // prettier-ignore
      JSON.stringify({
        messageId: 'm-z',
        from: 'nobody',
        text: DEMAND,
        at: '2026-09-21T02:00:00Z',
      }),
    ]) {
      const answer = await write(w, newPhone(), '', { raw });
      expect(answer).toMatchObject({ status: 200, body: { state: 'dead' } });
    }
    expect(await count()).toBe(before);
  });

  it('takes what the same id says otherwise for a fault of the sender', async () => {
    const id = newMessageId();
    const phone = newPhone();
    await write(w, phone, DEMAND, { id });
    expect((await write(w, phone, '别的事情，小区门口有人乱停车', { id })).status).toBe(409);
    expect(await rows(phone)).toHaveLength(1);
  });
});

describe('words', () => {
  it('a digit rates the newest answered order once; the second is told so', async () => {
    const phone = newPhone();
    const rated = await s.audited({ phone, type: 'suggestion', channel: 'sms' });
    expect(await stateOf(w, rated.id)).toBe('pending_callback');
    const link = w.sent.filter((m) => m.to === phone).at(-1)!.text;
    expect(link).toContain('回复1到5');
    const tail = await tailOf(rated.id);
    const [thanks] = await said(phone, '４分');
    expect(thanks).toContain(`尾号${tail}`);
    expect(thanks).toContain('打了4分');
    const evaluation = () => w.db.selectFrom('evaluation').selectAll().where('order_id', '=', rated.id).execute(); // prettier-ignore
    expect(await evaluation()).toMatchObject([{ satisfaction: 4, party: 'citizen', solved: null }]);
    expect(await said(phone, '1')).toEqual([expect.stringContaining('已经评过')]);
    expect(await evaluation()).toMatchObject([{ satisfaction: 4 }]);
  });

  it('a second digit never rates another order; the last four digits say which', async () => {
    const phone = newPhone();
    const [a, b] = [await s.audited({ phone, channel: 'sms', type: 'suggestion' }), await s.audited({ phone, channel: 'sms', type: 'suggestion' })]; // prettier-ignore
    const newest = b;
    await said(phone, '5');
    await said(phone, '1');
    expect(await stateOf(w, newest.id)).not.toBe('pending_callback');
    expect(await stateOf(w, a.id)).toBe('pending_callback');
    const [text] = await said(phone, `2 ${await tailOf(a.id)}`);
    expect(text).toContain('打了2分');
    expect(await stateOf(w, a.id)).not.toBe('pending_callback');
  });

  it('a digit of somebody else rates nothing', async () => {
    const order = await s.audited({ phone: newPhone(), channel: 'sms', type: 'suggestion' });
    expect(await said(newPhone(), '5')).toEqual([expect.stringContaining('没有查到')]);
    expect(await said(newPhone(), `5 ${await tailOf(order.id)}`)).toEqual([expect.stringContaining('没有查到')]); // prettier-ignore
    expect(await stateOf(w, order.id)).toBe('pending_callback');
  });

  it('催办 urges the newest order that can be urged, once a day', async () => {
    const phone = newPhone();
    const old = await s.dispatched({ phone });
    const order = await s.dispatched({ phone });
    await w.settle();
    expect(await said(phone, '催办！')).toEqual([expect.stringContaining(`尾号${await tailOf(order.id)}的事已替您催办`)]); // prettier-ignore
    expect(await said(phone, '催办')).toEqual([expect.stringContaining('今天已经催过')]);
    expect(await said(phone, `催办${await tailOf(old.id)}`)).toEqual([expect.stringContaining('已替您催办')]); // prettier-ignore
    const urges = await w.db.selectFrom('urge').select(['order_id', 'party']).where('order_id', 'in', [old.id, order.id]).execute(); // prettier-ignore
    expect(urges).toHaveLength(2);
    expect(await said(newPhone(), '催办')).toEqual([expect.stringContaining('没有查到可以催办')]);
  });

  it('进度 tells where things stand, and nothing of what they are about', async () => {
    const phone = newPhone();
    const one = await s.signed({ phone, name: '陈女士' });
    const hidden = await s.register({ phone, confidential: true });
    const nameless = await s.register({ phone, anonymous: true });
    const [text] = await said(phone, '进度');
    expect(text).toContain(`尾号${await tailOf(one.id)}：单位正在办`);
    for (const secret of [
      '停水',
      '翠竹苑',
      '陈',
      phone,
      await tailOf(hidden.id),
      await tailOf(nameless.id),
    ])
      expect(text).not.toContain(secret);
    expect(await said(phone, `查询 ${await tailOf(hidden.id)}`)).toEqual([expect.stringContaining('凭单号和查询码')]); // prettier-ignore
    expect(await said(newPhone(), `进度 ${await tailOf(one.id)}`)).toEqual([expect.stringContaining('没有查到')]); // prettier-ignore
  });

  it('退订 ends what can be done without, not what was asked for; HF starts again', async () => {
    const phone = newPhone();
    expect(await said(phone, 'td')).toEqual([expect.stringContaining('已退订')]);
    await said(phone, '退订');
    expect(await said(phone, DEMAND)).toEqual([expect.stringContaining('查询码')]);
    const order = await s.audited({ phone, channel: 'sms', type: 'suggestion' });
    const texts = w.sent.filter((m) => m.to === phone).map((m) => m.text);
    expect(texts.some((t) => t.includes('有答复了'))).toBe(true);
    expect(texts.some((t) => t.includes('请您评一评'))).toBe(false);
    const held = await w.db.selectFrom('delivery').select(['state', 'last_error']).where('order_id', '=', order.id).where('kind', '=', 'rating_link').execute(); // prettier-ignore
    expect(held).toEqual([{ state: 'obsolete', last_error: 'opted out' }]);
    expect(await said(phone, '恢复')).toEqual([expect.stringContaining('已恢复')]);
    await s.audited({ phone, channel: 'sms', type: 'suggestion' });
    expect(w.sent.at(-1)!.text + w.sent.at(-2)!.text).toContain('请您评一评');
    const outs = await w.db.selectFrom('sms_opt_out').selectAll().where('phone_hmac', '=', w.deps.crypto.mac('phone', phone)).execute(); // prettier-ignore
    expect(outs).toHaveLength(1);
    expect(outs[0]!.until!.getTime()).toBeGreaterThanOrEqual(outs[0]!.since.getTime());
  });
});

describe('what the citizen was asked for', () => {
  const ask = async (id: string) => {
    s.must(await s.act('operator', id, 'ask_supplement', { missing: ['address'], question: '在几幢？' })); // prettier-ignore
    await w.settle();
  };
  const asked = async (phone: string, m: { confidential?: boolean } = {}) => {
    const order = await s.register({ phone, ...m });
    await ask(order.id);
    return order;
  };
  const added = async (id: string) =>
    (await w.db.selectFrom('act_text').select('body').where('order_id', '=', id).where('kind', '=', 'supplement').orderBy('id').execute()).map((t) => t.body); // prettier-ignore
  const newest = (phone: string) => w.sent.filter((m) => m.to === phone).at(-1)!.text;

  it('is added to the one order that waits for it, which goes on', async () => {
    const phone = newPhone();
    const { id } = await asked(phone);
    expect(newest(phone)).toContain('72小时内直接回复这条短信');
    // Neither a thank-you nor a word of command is an answer.
    expect(await said(phone, '收到')).toEqual([expect.stringContaining('请写清什么事')]);
    expect(await said(phone, '进度')).toHaveLength(1);
    expect(await stateOf(w, id)).toBe('awaiting_supplement');
    expect(await said(phone, ' 3幢')).toEqual([expect.stringMatching(/已补进您反映的事.*“新事 什么事”，另外登记。$/)]); // prettier-ignore
    expect(await stateOf(w, id)).toBe('registered');
    const act = await w.db.selectFrom('act').select(['id', 'party', 'actor_id']).where('order_id', '=', id).where('act', '=', 'supplement').executeTakeFirstOrThrow(); // prettier-ignore
    expect(act).toMatchObject({ party: 'citizen', actor_id: null });
    const words = await w.db.selectFrom('act_text').select('body').where('act_id', '=', act.id).execute(); // prettier-ignore
    expect(words).toEqual([{ body: '3幢' }]);
    expect((await rows(phone)).at(-1)).toMatchObject({ understood: 'supplement', order_id: id });
    // The same again is no demand of its own.
    expect(await said(phone, '3幢')).toEqual([expect.stringContaining('已经登记过')]);
  });

  it('goes nowhere where several wait, but for its number; danger is always an order', async () => {
    const phone = newPhone();
    const [one, two] = [await asked(phone), await asked(phone)];
    expect(newest(phone)).toContain(`回复“${await tailOf(two.id)} 要补充的话”`);
    expect(await said(phone, '阳光小区3幢')).toEqual([expect.stringContaining('没说是哪一件')]);
    expect(await orders(phone)).toEqual([]);
    const words = `${await tailOf(one.id)} 阳光小区3幢`;
    expect(await said(phone, words)).toEqual([expect.stringContaining('已补进您反映的事')]);
    expect([await added(one.id), await added(two.id)]).toEqual([[words], []]);
    await said(phone, DANGER);
    expect(await orders(phone)).toHaveLength(2);
    expect(await stateOf(w, two.id)).toBe('awaiting_supplement');
  });

  it('for a confidential order goes into no other, and the answer does not tell of it', async () => {
    const [phone, other] = [newPhone(), newPhone()];
    const [open, secret] = [await asked(phone), await asked(phone, { confidential: true })];
    expect(newest(phone)).not.toContain('回复');
    const [text] = await said(phone, '举报人住阳光小区3幢');
    expect([await added(open.id), await added(secret.id)]).toEqual([[], []]);
    expect(await orders(phone)).toEqual([]);
    // Word for word what is said where two ordinary ones wait; its number opens nothing.
    await asked(other);
    await asked(other);
    expect(await said(other, '举报人住阳光小区3幢')).toEqual([text]);
    expect(await said(phone, `${await tailOf(secret.id)} 在3幢`)).toEqual([text]);
    await said(phone, `${await tailOf(open.id)} 在3幢`);
    expect(await added(open.id)).toHaveLength(1);
    // Alone too it is no place for these words, and they are no demand that others read.
    expect(await said(phone, '举报人住阳光小区5幢')).toEqual([text]);
    expect([await added(secret.id), (await orders(phone)).length]).toEqual([[], 1]);
  });

  it('is no other matter: “新事” makes an order of it, and so do the hours that went by', async () => {
    const phone = newPhone();
    const { id } = await asked(phone);
    expect(await said(phone, '新事')).toEqual([expect.stringContaining('“新事 什么事”')]);
    await said(phone, `新事：${DEMAND}`);
    const [made] = await orders(phone);
    const kept = await w.db.selectFrom('order_text').select('content').where('order_id', '=', made!).executeTakeFirstOrThrow(); // prettier-ignore
    expect(kept.content).toBe(DEMAND);
    await w.moveTo(new Date((await w.now()).getTime() + 73 * 3_600_000));
    await said(phone, '我家楼上每天半夜装修，电钻声吵得没法睡觉');
    expect(await orders(phone)).toHaveLength(2);
    expect([await stateOf(w, id), await added(id)]).toEqual(['awaiting_supplement', []]);
    await said(phone, `${await tailOf(id)} 在3幢`);
    expect(await added(id)).toHaveLength(1);
  });

  it('may be said in the same words to a second question', async () => {
    const phone = newPhone();
    const { id } = await asked(phone);
    for (let i = 0; i < 2; i++) {
      if (i > 0) await ask(id);
      expect(await said(phone, '阳光小区3幢')).toEqual([
        expect.stringContaining('已补进您反映的事'),
      ]);
    }
    expect(await added(id)).toEqual(['阳光小区3幢', '阳光小区3幢']);
  });

  it('may be a digit alone; “3分” still rates', async () => {
    const phone = newPhone();
    const rated = await s.audited({ phone, channel: 'sms', type: 'suggestion' });
    const { id } = await asked(phone);
    expect(await said(phone, '3')).toEqual([
      expect.stringMatching(/已补进.*要评价，请回复“3分”。$/),
    ]);
    expect(await added(id)).toEqual(['3']);
    expect(await stateOf(w, rated.id)).toBe('pending_callback');
    await ask(id);
    expect(await said(phone, '3分')).toEqual([expect.stringContaining('打了3分')]);
    expect(await stateOf(w, id)).toBe('awaiting_supplement');
  });
});

describe('the limit of an hour', () => {
  it('keeps what is beyond and answers nothing; danger and 退订 pass', async () => {
    const phone = newPhone();
    for (let i = 0; i < 20; i++) expect(await said(phone, '你好')).toHaveLength(1);
    expect(await said(phone, '你好')).toEqual([]);
    expect(await said(phone, DEMAND)).toEqual([]);
    expect(await orders(phone)).toEqual([]);
    expect((await rows(phone)).at(-1)).toMatchObject({ understood: 'demand', result: 'kept' });
    expect(await said(phone, DANGER)).toHaveLength(2);
    expect(await said(phone, '退订')).toEqual([]);
    expect(await w.db.selectFrom('sms_opt_out').select('until').where('phone_hmac', '=', w.deps.crypto.mac('phone', phone)).execute()) // prettier-ignore
      .toEqual([{ until: null }]);
    await w.moveTo(new Date((await w.now()).getTime() + 61 * 60_000));
    expect(await said(phone, '你好')).toHaveLength(1);
  });
});

describe('the words of a message', () => {
  it('are erased after the days of the policy; the order keeps its own', async () => {
    const [old, young] = [newPhone(), newPhone()];
    for (const phone of [old, young]) {
      for (const text of [DEMAND, '你好', '退订']) await said(phone, text);
    }
    for (const [phone, days] of [
      [old, 181],
      [young, 179],
    ] as const)
      await w.db
        .updateTable('sms_inbound')
        .set({ received_at: new Date((await w.now()).getTime() - days * 86_400_000) })
        .where('from_hmac', '=', w.deps.crypto.mac('phone', phone))
        .execute();
    // An older release erased the words alone.
    await w.db.updateTable('sms_inbound').set({ text_ct: null }).where('from_hmac', '=', w.deps.crypto.mac('phone', old)).where('understood', '=', 'demand').execute(); // prettier-ignore
    await eraseOld(w.deps);
    // What made no order goes as a whole, with its answer, but for who wants no messages.
    expect(await rows(old)).toMatchObject(['demand', 'stop'].map((understood) => ({ understood, text_ct: null, from_ct: null }))); // prettier-ignore
    expect((await rows(young)).map((r) => r.text_ct !== null && r.from_ct !== null)).toEqual([true, true, true]); // prettier-ignore
    const helped = await w.db.selectFrom('delivery as d').innerJoin('sms_inbound as i', 'i.id', 'd.inbound_id').select('i.from_hmac').where('d.kind', '=', 'sms_help').execute(); // prettier-ignore
    expect(helped.map((h) => h.from_hmac)).not.toContain(w.deps.crypto.mac('phone', old));
    const [id] = await orders(old);
    const kept = await w.db.selectFrom('order_text').select('content').where('order_id', '=', id!).executeTakeFirstOrThrow(); // prettier-ignore
    expect(kept.content).toBe(DEMAND);
  });
});

describe('the public answer', () => {
  it('goes back as a message where the demand came as one, once, and waits for the morning', async () => {
    const phone = newPhone();
    await w.moveTo('2026-10-12T02:00:00Z');
    const order = await s.replied({ phone, channel: 'sms' });
    await w.settle();
    await w.moveTo('2026-10-12T14:30:00Z');
    const before = w.sent.length;
    s.must(
      await s.act('auditor', order.id, 'audit_pass', { checklist: ['all_matters', 'finding'] }),
    );
    await w.settle();
    expect(w.sent.slice(before).filter((m) => m.to === phone)).toEqual([]);
    const held = await w.db.selectFrom('delivery').selectAll().where('order_id', '=', order.id).where('kind', '=', 'answered').executeTakeFirstOrThrow(); // prettier-ignore
    expect(held.not_before?.toISOString()).toBe('2026-10-13T00:00:00.000Z');
    await w.moveTo('2026-10-13T00:00:01Z');
    await sendDue();
    const texts = w.sent
      .slice(before)
      .filter((m) => m.to === phone)
      .map((m) => m.text);
    expect(texts.filter((t) => t.includes('总管已经修好'))).toHaveLength(1);
  });

  it('of a direct answer goes back too; by telephone nothing of it does', async () => {
    const phone = newPhone();
    const order = await s.register({ phone, channel: 'sms', type: 'suggestion' });
    s.must(await s.act('operator', order.id, 'direct_answer', { answer: '身份证丢了请到派出所补办。', type: 'consultation', categoryCode: '0301', urgency: 'U4' })); // prettier-ignore
    await w.settle();
    expect(
      w.sent
        .filter((m) => m.to === phone)
        .map((m) => m.text)
        .join(),
    ).toContain('请到派出所补办');
    const called = await s.audited({ phone: newPhone(), channel: 'phone' });
    const kinds = await w.db.selectFrom('delivery').select('kind').where('order_id', '=', called.id).execute(); // prettier-ignore
    expect(kinds.map((k) => k.kind)).not.toContain('answered');
  });
});
