/** What goes on at the doors, as the board shows it: a call and a chat that wait, who sits there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSource, signedHeaders } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';
import { visitor } from './visitor.ts';

const SECRET = 'a secret of the switch, long enough';
const START = new Date('2026-09-18T02:00:00Z');
let w: World;
beforeAll(async () => {
  w = await createWorld({ at: START.toISOString() });
  await inTransaction(w.deps, SYSTEM, (tx) =>
    openSource(tx, w.deps, { name: 'switch-1', door: 'cti', secret: SECRET, perMinute: 1000 }),
  );
});
afterAll(() => w?.close());

/** The switch says that somebody calls, or asks who takes the call. */
const tell = async (path: string, more: object) => {
  const at = (await w.now()).toISOString();
  const body = JSON.stringify({ callId: 'one', at, from: '13900000777', to: '12345', ...more });
  const id = randomUUID();
  const headers = signedHeaders(SECRET, { source: 'switch-1', id, body, at: new Date() });
  const answer = await w.app.request(path, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
};
const seen = async () => (await (await w.as('supervisor')).get('/api/operations')).body;

it('counts the call and the chat that wait, and the people at their seats', async () => {
  const quiet = await seen();
  expect(quiet.telephone).toMatchObject({ waiting: 0, entered: 0, operators: { ready: 0 } });
  expect(quiet.chat).toMatchObject({ waiting: 0, open: 0 });

  await (await w.as('operator')).put('/api/telephony/seat', { state: 'ready', extension: '8001' });
  await (await w.as('operator')).put('/api/chat/seat', { on: true });
  await tell('/cti/v1/events', { type: 'call.ringing' });
  await visitor(w);
  await w.settle();
  await w.moveTo(new Date((await w.now()).getTime() + 65_000).toISOString());

  // A call that the switch asks for no more would count as gone.
  await tell('/cti/v1/route', {});

  const busy = await seen();
  expect(busy.telephone).toMatchObject({
    waiting: 1,
    entered: 1,
    operators: { ready: 0, ringing: 1 },
  });
  expect(busy.telephone.longestWaitSeconds).toBeGreaterThanOrEqual(65);
  expect(busy.chat.waiting + busy.chat.open).toBe(1);
});

it('is the centre’s alone', async () => {
  expect((await (await w.as('water')).get('/api/operations')).status).toBe(403);
});
