import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const acts = async (orderId: string, act: string) =>
  (
    await w.db
      .selectFrom('act')
      .select('id')
      .where('order_id', '=', orderId)
      .where('act', '=', act)
      .execute()
  ).length;

describe('an act that is sent again with its Idempotency-Key', () => {
  it('is done once and answered alike, although the version moved on', async () => {
    const o = await s.accepted();
    const body = {
      act: 'dispatch',
      version: await versionOf(w, o.id),
      input: { leadId: await w.unit('WATER') },
    };
    const dispatcher = await w.as('dispatcher');
    const send = (key: string) =>
      dispatcher.post(`/api/orders/${o.id}/acts`, body, { 'idempotency-key': key });
    const key = randomUUID();
    const first = await send(key);
    expect(first.status).toBe(200);
    expect(await send(key)).toMatchObject({ status: 200, body: first.body });
    expect((await send(randomUUID())).status).toBe(409);
    expect(await acts(o.id, 'dispatch')).toBe(1);
  });

  it('is done once also when it needs no version and comes twenty times at once', async () => {
    const o = await s.dispatched();
    const operator = await w.as('operator');
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        operator.post(
          `/api/orders/${o.id}/urges`,
          { text: '还没来水' },
          { 'idempotency-key': key },
        ),
      ),
    );
    expect(
      new Set(answers.map((a) => `${a.status} ${JSON.stringify(Object.entries(a.body).sort())}`))
        .size,
    ).toBe(1);
    expect(answers[0]!.status).toBe(200);
    expect(await acts(o.id, 'urge')).toBe(1);
  });

  it('is refused with other content, and another person may use the same key', async () => {
    const o = await s.dispatched();
    const key = { 'idempotency-key': randomUUID() };
    const urge = async (login: string, text: string) =>
      (await w.as(login)).post(`/api/orders/${o.id}/urges`, { text }, key);
    expect((await urge('operator', '一')).status).toBe(200);
    expect((await urge('operator', '二')).body.code).toBe('idempotency_key_reused');
    expect((await urge('dispatcher', '一')).status).toBe(200);
    expect(await acts(o.id, 'urge')).toBe(2);
  });

  it('never keeps a revealed number or a session token', async () => {
    const o = await s.register({ phone: '13912345678', name: '密先生' });
    const key = { 'idempotency-key': randomUUID() };
    const shown = await (
      await w.as('operator')
    ).post(`/api/orders/${o.id}/requester/reveal`, { reason: '核实地址' }, key);
    expect(shown.body.phone).toBe('13912345678');
    await (await w.as('operator')).post('/api/session', { login: 'operator', password: 'x' }, key);
    const kept = await w.db.selectFrom('idempotency_key').selectAll().execute();
    expect(JSON.stringify(kept)).not.toMatch(/13912345678|密先生/);
    expect(kept.filter((k) => k.key === key['idempotency-key'])).toEqual([]);
  });
});
