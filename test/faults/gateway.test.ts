/** The SMS gateway fails, hangs and comes back: its messages wait alone, in everybody's sight. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { must, walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';

interface Delivery {
  id: string;
  kind: string;
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  lastError: string | null;
  sentAt: string | null;
}

describe('a gateway that fails', () => {
  let h: House;
  let w: Walk;
  beforeAll(async () => {
    h = await openHouse('postgres');
    w = walk(h.as);
  });
  afterAll(() => h?.close());

  const deliveries = async (orderId: string): Promise<Delivery[]> =>
    must(await (await h.as('supervisor')).get(`/api/deliveries?orderId=${orderId}`)).items;
  const receiptOf = async (orderId: string) =>
    (await deliveries(orderId)).find((d) => d.kind === 'receipt');
  /** The road up to the close; @returns how long it took, in ms. */
  async function wholeRoad(orderId: string): Promise<number> {
    const from = performance.now();
    await w.accept(orderId);
    await w.dispatch(orderId, []);
    await w.sign(orderId);
    await w.firstContact(orderId);
    await w.draft(orderId);
    await w.countersign(orderId);
    await w.auditPass(orderId);
    const task = await until('a call to make', () => w.callback(orderId));
    await w.evaluate(task, { contacted: true, solved: 'solved', satisfaction: 5 });
    await until('closed', async () => (await w.see(orderId)).state === 'closed');
    return performance.now() - from;
  }

  it('three times: is asked again with the same id, and shows it meanwhile', async () => {
    const phone = '13900000961';
    h.gateway.behave((sms, nth) => (sms.to === phone && nth <= 3 ? 'refuse' : 'take'));
    const { orderId } = await w.register({ phone });
    for (const attempts of [1, 2, 3]) {
      const seen = await until(`attempt ${attempts}`, async () => {
        const d = await receiptOf(orderId);
        return d && d.attempts === attempts && d.lastError !== null && d;
      });
      expect(seen).toMatchObject({ state: 'pending', lastError: 'gateway answered 500' });
      expect(seen.sentAt).toBeNull();
      expect(seen.nextAttemptAt).not.toBeNull();
    }
    await until('sent', async () => (await receiptOf(orderId))?.state === 'sent');
    expect(await receiptOf(orderId)).toMatchObject({ attempts: 4, lastError: null });
    const tries = h.gateway.tries.filter((t) => t.to === phone);
    expect(tries).toHaveLength(4);
    expect(new Set(tries.flatMap((t) => [t.id, t.key])).size).toBe(1);
    expect(new Set(tries.map((t) => t.text)).size).toBe(1);
    expect(h.gateway.to(phone)).toHaveLength(1);
    // It waited between the tries, longer each time (2, 4, 8 s).
    const waits = tries.slice(1).map((t, i) => t.at - tries[i]!.at);
    expect(waits.every((ms, i) => ms >= 2 ** (i + 1) * 1000 - 100)).toBe(true);
  });

  it('hanging: nothing else waits for it', async () => {
    // The measure is the same road a moment before, with a gateway that takes.
    const begun = performance.now();
    const { orderId: before } = await w.register({ phone: '13900000960' });
    await until('the receipt before', () => h.gateway.to('13900000960').length === 1);
    await wholeRoad(before);
    const usual = performance.now() - begun;
    const hung = new Set(Array.from({ length: 40 }, (_, i) => `139000010${String(10 + i)}`));
    h.gateway.behave((sms) => (hung.has(sms.to) ? 'hang' : 'take'));
    for (const p of hung) await w.register({ phone: p });
    await until('all hang', () => [...hung].every((p) => h.gateway.tries.some((t) => t.to === p)));
    const phone = '13900000962';
    const from = performance.now();
    const { orderId } = await w.register({ phone });
    await until('the next receipt', () => h.gateway.to(phone).length === 1);
    await wholeRoad(orderId);
    expect((performance.now() - from) / usual).toBeLessThan(3);
    expect(await deliveries(orderId)).toMatchObject([
      { kind: 'assigned', state: 'sent' },
      { kind: 'receipt', state: 'sent' },
    ]);
    // Those that hang are pending, their time-out is noted, and they arrive when it works again.
    const late = await until('time-outs', async () => {
      const pending = must(await (await h.as('admin')).get('/api/deliveries?state=pending'));
      const timed = (pending.items as Delivery[]).filter((d) => d.lastError === 'gateway timeout');
      return timed.length === hung.size && timed;
    });
    expect(late.every((d) => d.kind === 'receipt')).toBe(true);
    h.gateway.behave(() => 'take');
    await h.quiet(60_000);
    for (const p of hung) expect(h.gateway.to(p)).toHaveLength(1);
  });

  it('hanging while the worker is asked to end: it ends in order, and the next one goes on', async () => {
    const phone = '13900000964';
    h.gateway.behave((sms) => (sms.to === phone ? 'hang' : 'take'));
    await w.register({ phone });
    await until('it hangs', () => h.gateway.tries.some((t) => t.to === phone));
    const from = performance.now();
    expect(await h.workers[0]!.stop()).toBe(0);
    expect(performance.now() - from).toBeLessThan(5_000);
    h.gateway.behave(() => 'take');
    await h.startWorkers();
    await h.quiet();
    expect(h.gateway.to(phone)).toHaveLength(1);
  });

  it('for good: it is given to people, who start it again', async () => {
    const phone = '13900000963';
    h.gateway.behave((sms) => (sms.to === phone ? 'refuse' : 'take'));
    const { orderId } = await w.register({ phone });
    const first = await until('a failure', async () => {
      const d = await receiptOf(orderId);
      return d?.lastError && d;
    });
    // The hour of waiting between the tries is put behind us; the last try is the worker's own.
    await h.owner.query(
      `update delivery set attempts = 149, next_attempt_at = clock_timestamp() where id = $1`,
      [first.id],
    );
    await until('dead', async () => (await receiptOf(orderId))?.state === 'dead');
    expect(await receiptOf(orderId)).toMatchObject({ attempts: 150, nextAttemptAt: null });
    const dead = must(await (await h.as('admin')).get('/api/deliveries?state=dead')).items;
    expect((dead as Delivery[]).map((d) => d.id)).toEqual([first.id]);

    const redrive = `/api/deliveries/${first.id}/redrive`;
    for (const [login, status] of [
      ['operator', 403],
      ['water', 403],
    ] as const)
      expect((await (await h.as(login)).post(redrive)).status).toBe(status);
    h.gateway.behave(() => 'take');
    expect((await (await h.as('admin')).post(redrive)).status).toBe(204);
    await until('sent', async () => (await receiptOf(orderId))?.state === 'sent');
    expect(h.gateway.to(phone)).toHaveLength(1);
    expect((await (await h.as('admin')).post(redrive)).body.code).toBe('already_done');
    const gone = await (await h.as('admin')).post(`/api/deliveries/${orderId}/redrive`);
    expect(gone.status).toBe(404);
    expect(new Set(h.gateway.tries.filter((t) => t.to === phone).map((t) => t.id)).size).toBe(1);
  });
});
