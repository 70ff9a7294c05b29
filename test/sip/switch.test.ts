/**
 * The shipped Kamailio configuration against a platform that misbehaves: real SIP calls, real
 * signatures, nothing lost while the platform is away.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, until } from '../processes.ts';
import { startBaresip } from './baresip.ts';
import { signedHeaders } from '../../src/door/index.ts';
import { startFakeCti } from './fake-cti.ts';
import type { FakeCti } from './fake-cti.ts';
import { caller, handedOver } from './scenarios.ts';
import { PHONES_IP, phonePassword, SWITCH_IP } from './switch.ts';
import {
  DOOR_SECRET,
  openNetwork,
  PHONE_SECRET,
  toneFile,
  withoutTelephones,
} from './telephones.ts';
import type { Network } from './telephones.ts';

describe.skipIf(withoutTelephones)('the reference switch', () => {
  let one: FakeCti;
  let two: FakeCti;
  let network: Network;
  /** What the platform says to a caller's question, by the caller's number. */
  const plans = new Map<string, (nth: number) => Record<string, unknown>>();
  const asked = new Map<string, any[]>();
  const offer = (target: string) => ({ action: 'offer', target, offerId: 'x', ringSeconds: 1 });
  const wait = { action: 'wait', position: 2, expectedWaitSeconds: 9, askAgainMs: 100 };

  const ask = (question: any): Record<string, unknown> => {
    const list = [...(asked.get(question.from) ?? []), question];
    asked.set(question.from, list);
    return plans.get(question.from)!(list.length);
  };
  const told = (callId: string) =>
    [...one.told, ...two.told]
      .filter((t) => t.callId === callId)
      .sort((a, b) => a.body.at.localeCompare(b.body.at))
      .map((t) => t.body);

  beforeAll(async () => {
    [one, two] = await Promise.all([
      startFakeCti(DOOR_SECRET, ask),
      startFakeCti(DOOR_SECRET, ask),
    ]);
    network = await openNetwork([`http://127.0.0.1:${one.port}`, `http://127.0.0.1:${two.port}`]);
    await network.phones('operators', ['8001', '8002']);
    await network.phones('busy', ['8003']);
    await network.phones('absent', ['8004']);
  });
  afterAll(async () => {
    await network?.close();
    await Promise.all([one?.close(), two?.close()]);
  });

  async function call(number: string, scenario: string) {
    const run = await network.callers(`caller-${number}`, scenario, [number], { calls: 1 });
    const code = await run.ended;
    const log = run.log();
    return { code, callId: log[0]?.[0] ?? '', log, errors: run.errors(), run };
  }

  /** The last events come after the telephones are done. */
  const ending = async (callId: string, last: string) => {
    await until(
      `${last} of ${callId}`,
      () => told(callId).some((t) => t.type === last),
      8_000,
    ).catch((error) => {
      throw new Error(`${JSON.stringify(told(callId))} ${network.kamailio.output()}`, {
        cause: error,
      });
    });
    return told(callId);
  };

  const command = async (id: string, body: object, secret = DOOR_SECRET) => {
    const text = JSON.stringify(body);
    const headers = signedHeaders(secret, { source: 'hotline', id, body: text, at: new Date() });
    const url = `http://127.0.0.1:${network.httpPort}/command`;
    return (await fetch(url, { method: 'POST', headers, body: text })).status;
  };
  it('waits, rings, is answered, and says so', async () => {
    plans.set('13600000001', (n) => (n < 4 ? wait : offer('8001')));
    const plan = caller({ patienceMs: 20_000, talkMs: 300, skill: 'emergency' });
    const { code, callId, errors } = await call('13600000001', plan);
    expect(code, errors).toBe(0);
    expect(asked.get('13600000001')![0].skill).toBe('emergency');
    expect(await ending(callId, 'call.ended')).toMatchObject([
      { type: 'call.ringing', from: '13600000001', to: '12345', skill: 'emergency' },
      { type: 'call.answered', target: '8001' },
      { type: 'call.ended', by: 'caller', reason: 'normal' },
    ]);
  });

  it('asks again where one is busy, one absent and one unknown', async () => {
    const targets = ['8003', '8004', '8099', '8002'];
    plans.set('13600000002', (n) => offer(targets[n - 1]!));
    const plan = caller({ patienceMs: 20_000, talkMs: 300 });
    const { code, callId, errors } = await call('13600000002', plan);
    expect(code, errors + network.kamailio.output()).toBe(0);
    await ending(callId, 'call.ended');
    expect(asked.get('13600000002')!.map((q) => q.tried)).toEqual([
      undefined,
      { target: '8003', offerId: 'x', result: 'busy' },
      { target: '8004', offerId: 'x', result: 'no_answer' },
      { target: '8099', offerId: 'x', result: 'unreachable' },
    ]);
    expect(told(callId)[1]).toMatchObject({ type: 'call.answered', target: '8002' });
  });

  it('tells who gave up: in the queue, and while a telephone rang', async () => {
    plans.set('13600000003', () => wait);
    const waiting = await call('13600000003', caller({ patienceMs: 600, talkMs: 300 }));
    expect(waiting.code, waiting.errors + network.kamailio.output()).toBe(0);
    expect(waiting.log.map((l) => l[1])).toEqual(['abandoned']);
    const queued = await ending(waiting.callId, 'call.abandoned');
    expect(queued.map((t) => t.type)).toEqual(['call.ringing', 'call.abandoned']);

    plans.set('13600000004', () => ({ ...offer('8004'), ringSeconds: 10 }));
    const ringing = await call('13600000004', caller({ patienceMs: 800, talkMs: 300 }));
    expect(ringing.code, ringing.errors + network.kamailio.output()).toBe(0);
    const rung = await ending(ringing.callId, 'call.abandoned');
    expect(rung.map((t) => t.type)).toEqual(['call.ringing', 'call.abandoned']);
  });

  it('turns away whom the platform refuses or cannot serve', async () => {
    plans.set('13600000005', () => ({ action: 'overflow', announcement: 'call_back' }));
    const { callId, log, errors } = await call(
      '13600000005',
      caller({ patienceMs: 5_000, talkMs: 1 }),
    );
    expect(
      log.map((l) => l[1]),
      errors,
    ).toEqual(['turned_away']);
    expect((await ending(callId, 'call.ended')).at(-1)).toMatchObject({
      by: 'switch',
      reason: 'overflow',
    });
  });

  it('tells of a hold, of an operator who hangs up, and of a hand-over to 110', async () => {
    for (const n of ['13700000001', '13800000001', '13900000001'])
      plans.set(n, () => offer('8001'));
    const talk = caller({ patienceMs: 5_000, talkMs: 3_000 });
    const hung = await call('13700000001', talk);
    expect(hung.code, hung.errors).toBe(0);
    expect((await ending(hung.callId, 'call.ended')).at(-1)).toMatchObject({ by: 'operator' });

    const held = await call('13800000001', talk);
    expect(held.code, held.errors + network.kamailio.output()).toBe(0);
    expect((await ending(held.callId, 'call.ended')).slice(2)).toMatchObject([
      { type: 'call.held', on: true },
      { type: 'call.held', on: false },
      { type: 'call.ended', by: 'caller' },
    ]);

    const moved = await call('13900000001', handedOver({ talkMs: 300 }));
    expect(moved.code, moved.errors + network.kamailio.output()).toBe(0);
    expect((await ending(moved.callId, 'call.ended')).slice(2)).toMatchObject([
      { type: 'call.transferred', target: '110', mode: 'blind' },
      { type: 'call.ended', by: 'caller' },
    ]);
    expect(network.emergency.log().map((l) => l.slice(1))).toEqual([['110', 'answered']]);
  });

  it('obeys who signs, once, and nobody else', async () => {
    plans.set('13600000006', () => offer('8002'));
    const talk = caller({ patienceMs: 5_000, talkMs: 8_000 });
    const run = await network.callers('commanded', talk, ['13600000006'], { calls: 1 });
    await until('the talk', () => run.log().length > 0);
    const callId = run.log()[0]![0]!;
    const hangup = { command: 'hangup', callId };
    expect(await command('a', hangup, 'not the secret of this switch')).toBe(401);
    expect(await command('b', { command: 'hold', callId })).toBe(409);
    expect(await command('c', { command: 'hangup', callId: 'nobody' })).toBe(404);
    expect(await command('d', hangup)).toBe(202);
    expect(await run.ended, run.errors() + network.kamailio.output()).toBe(0);
    expect((await ending(callId, 'call.ended')).at(-1)).toMatchObject({ by: 'operator' });
    expect(run.log().map((l) => l.slice(1).join(' '))).toEqual(['answered', 'ended operator']);
  });

  it('believes no telephone without its password', async () => {
    const right = phonePassword(PHONE_SECRET, '8020');
    const register = (name: string, user: string, password: string) =>
      network.register(name, [{ user, password }], `${PHONES_IP}:9`);
    expect((await register('right', '8020', right)).code).toBe(0);
    const wrong = [
      ['8020', phonePassword('another secret', '8020')],
      ['8021', right],
      ['8020', '0'],
      ['0', '0'],
    ] as const;
    for (const [i, [user, password]] of wrong.entries())
      expect((await register(`wrong-${i}`, user, password)).code, user).not.toBe(0);
  });

  it('lets a telephone answer with voice', async () => {
    const switchAddress = `${SWITCH_IP}:${network.sipPort}`;
    const password = phonePassword(PHONE_SECRET, '8010');
    const phone = startBaresip({
      dir: network.dir,
      ip: SWITCH_IP,
      port: await freePort(),
      extension: '8010',
      password,
      switchAddress,
    });
    try {
      await until('registered', () => phone.output().includes('200 OK'), 5_000).catch(() => {
        throw new Error(phone.output() + network.kamailio.output());
      });
      plans.set('13600000009', () => offer('8010'));
      const audio = toneFile(network.dir);
      const plan = caller({ patienceMs: 5_000, talkMs: 1_500, audio });
      const { code, callId, errors } = await call('13600000009', plan);
      expect(code, errors + phone.output()).toBe(0);
      expect((await ending(callId, 'call.ended'))[1], phone.output()).toMatchObject({
        target: '8010',
      });
      const counted = await until('packets', () => phone.packets(), 5_000).catch(() => {
        throw new Error(phone.output());
      });
      expect(counted.sent).toBeGreaterThan(25);
      expect(counted.heard).toBeGreaterThan(25);
    } finally {
      await phone.stop();
    }
  });

  it('loses nothing while one platform process is gone and the other refuses', async () => {
    await one.close();
    plans.set('13600000007', (n) => (n < 3 ? wait : offer('8001')));
    const plan = caller({ patienceMs: 20_000, talkMs: 1_000 });
    const run = await network.callers('orphan', plan, ['13600000007'], { calls: 1 });
    await until('the talk', () => run.log().length > 0);
    const callId = run.log()[0]![0]!;
    await until('the answer told', () => told(callId).length === 2);
    two.refuseWith = 503;
    expect(await run.ended, run.errors() + network.kamailio.output()).toBe(0);
    const refused = two.refused;
    await until('some tries', () => two.refused > refused + 2);
    // A proxy in between has its own reasons.
    for (const status of [404, 403]) {
      two.refuseWith = status;
      const before = two.refused;
      await until(`${status} again`, () => two.refused > before + 2);
    }
    expect(told(callId).map((t) => t.type)).toEqual(['call.ringing', 'call.answered']);
    two.refuseWith = null;
    expect((await ending(callId, 'call.ended')).at(-1)).toMatchObject({ by: 'caller' });
  });

  it('signs every message, and repeats none with another body', () => {
    expect([...one.bad, ...two.bad]).toEqual([]);
  });
});
