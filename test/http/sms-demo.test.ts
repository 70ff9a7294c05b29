/** A citizen of the demo answers a message: through the real door, as a provider would bring it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccounts } from '../../db/seed.ts';
import { demoPages } from '../../src/demo/index.ts';
import { openDemoSources } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { demoGatewayToken } from '../../src/notification/index.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
const mark = async (kind: string) => {
  const client = new pg.Client({ connectionString: w.database.ownerUrl });
  await client.connect();
  await client.query('update deployment set kind = $1', [kind]);
  await client.end();
};
beforeAll(async () => {
  w = await createWorld({
    at: '2026-09-21T02:00:00Z',
    demo: (deps) => demoPages(deps, { accounts: () => demoAccounts(deps.db) }),
    // What leaves the house arrives on the telephones of the page.
    gateway: async (sms) => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${demoGatewayToken(w.deps.crypto)}`,
      };
      const body = JSON.stringify(sms);
      const answer = await w.app.request('/demo/sms', { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`demo gateway ${answer.status}`);
    },
  });
  s = steps(w);
  await mark('demo');
  await inTransaction(w.deps, SYSTEM, (tx) => openDemoSources(tx, w.deps));
});
afterAll(async () => {
  await mark('test');
  await w.close();
});

const phone = '13900000012';
const page = async (query: string): Promise<string> =>
  (await w.app.request(`/demo/phone?${query}`)).text();
const write = async (form: Record<string, string>) => {
  const response = await w.app.request('/demo/write', {
    method: 'POST',
    headers: { host: 'localhost:12345', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  await w.settle();
  return { status: response.status, to: response.headers.get('location') };
};

describe('the telephone of a demo', () => {
  it('takes the longest answer that the policy allows', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${demoGatewayToken(w.deps.crypto)}` }; // prettier-ignore
    const send = async (text: string) =>
      (await w.app.request('/demo/sms', { method: 'POST', headers, body: JSON.stringify({ id: newId(), to: '13900000099', text }) })).status; // prettier-ignore
    expect(await send('答'.repeat(1_200))).toBe(204);
    expect(await send('答'.repeat(2_001))).toBe(422);
  });

  it('writes a demand, and shows both sides of the conversation', async () => {
    const text = '翠竹苑3幢楼下的路灯坏了一个星期，晚上看不见路 <b>';
    expect(await write({ from: phone, text })).toEqual({ status: 303, to: `/demo/phone?to=${phone}` }); // prettier-ignore
    const html = await page(`to=${phone}`);
    expect(html).toContain('class="sms own"');
    expect(html).toContain('晚上看不见路 &lt;b&gt;');
    expect(html).toContain('查询码');
    expect(html).toContain('http-equiv="refresh"');
    const writing = await page(`to=${phone}&write=1`);
    expect(writing).not.toContain('http-equiv="refresh"');
    expect(writing).toContain('<textarea name="text"');
    expect(await page('to=write')).toContain('action="/demo/write"');
  });

  it('rates by one press, and asks how far it is', async () => {
    const order = await s.audited({ phone, type: 'suggestion', channel: 'sms' });
    expect(await page(`to=${phone}`)).toContain('回复1到5');
    await write({ from: phone, word: '5' });
    expect(await stateOf(w, order.id)).not.toBe('pending_callback');
    await write({ from: phone, word: '进度' });
    const html = await page(`to=${phone}`);
    expect(html).toContain('打了5分');
    expect(html).toMatch(/尾号\d{4}：收到了，正在安排/);
  });

  it('a number that a visitor typed stands nowhere in full, and is written from again', async () => {
    const own = '13812345678';
    const sent = await write({
      from: phone,
      own_phone: own,
      text: '小区门口的井盖松了，晚上看不见',
    });
    expect(sent.to).toMatch(/^\/demo\/phone\?to=[\w-]{22}$/);
    const query = sent.to!.split('?')[1]!;
    const html = await page(query);
    expect(html).toContain('井盖松了');
    expect(html).toContain('查询码');
    const from = /name="from" value="([^"]+)"/.exec(html)![1]!;
    expect(await write({ from, word: '进度' })).toEqual({ status: 303, to: sent.to });
    const after = await page(query);
    expect(after).toMatch(/收到了，正在安排|正在/);
    for (const shown of [html, after, await page('')]) {
      expect(shown).toContain('138****5678');
      for (const whole of [own, '138 1234 5678']) expect(shown).not.toContain(whole);
    }
  });

  it('says that nothing was sent where nothing could be', async () => {
    for (const form of [
      { from: 'x', text: '路灯坏了' },
      { from: phone, text: ' ' },
      { from: phone },
    ])
      expect((await write(form as Record<string, string>)).to).toContain('said=write_wrong');
    expect(await page('to=write&said=write_wrong')).toContain('没有发出');
  });
});
