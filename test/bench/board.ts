/**
 * How soon 500 and 1,000 connected supervisors see on their boards that something happened: from the
 * request that does it to the push at each of them. Beside it a bare broadcast to as many sockets.
 * `npm run bench -- board`.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hashToken, newToken } from '../../src/platform/crypto.ts';
import type { BoardPush } from '../../src/supervision/schema.ts';
import { NANTANG } from '../flow/walk.ts';
import { T04 } from '../words.ts';
import { BACKENDS, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { agentOf, sender } from './http.ts';
import { machine, say } from './sizes.ts';

const VIEWERS = (process.env.HOTLINE_BENCH_CLIENTS ?? '500,1000').split(',').map(Number);
const EVENTS = Number(process.env.HOTLINE_BENCH_COUNT ?? 30);
/** One after the other, each when the board was long quiet, and not in step with anything. */
const EVERY_MS = 1_300;
const CONNECTS = 50;
const CONNECTED_MS = 60_000;
const ARRIVES_MS = 20_000;
const BARE_ROUNDS = 20;

const rank = (ms: number[], share: number) => +ms.toSorted((a, b) => a - b)[Math.floor((ms.length - 1) * share)]!.toFixed(1); // prettier-ignore

/** Supervisors with sessions; signing in costs what it should and is not measured here. */
async function supervisors(h: House, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, newToken);
  await h.owner.query(
    `with nth as (select i::int, t as hash, gen_random_uuid() as id from unnest($1::text[]) with ordinality u(t, i)),
      people as (insert into app_user (id, person_id, login, display_name)
        select id, gen_random_uuid(), 'board' || i, 'board' || i from nth),
      grants as (insert into role_grant (id, user_id, organization_id, role)
        select gen_random_uuid(), nth.id, g.organization_id, g.role from nth, role_grant g
          join app_user u on u.id = g.user_id where u.login = 'supervisor' and g.role = 'supervisor')
      insert into session (token_hash, id, user_id, created_at, seen_at, expires_at)
        select hash, gen_random_uuid(), id, clock_timestamp(), clock_timestamp(),
          clock_timestamp() + interval '12 hours' from nth`,
    [tokens.map(hashToken)],
  );
  return tokens;
}

/** Sockets connected some at a time. */
async function connectAll(sockets: readonly Socket[]): Promise<void> {
  for (let i = 0; i < sockets.length; i += CONNECTS) {
    const some = sockets.slice(i, i + CONNECTS);
    for (const s of some) s.connect();
    await until('sockets', () => some.every((s) => s.connected), CONNECTED_MS);
  }
}

/** Everybody hears of one thing after the other. @returns milliseconds of each at each. */
async function hear(
  sockets: readonly Socket[],
  event: string,
  counts: (said: unknown) => boolean,
  rounds: number,
  everyMs: number,
  does: () => Promise<unknown>,
): Promise<number[]> {
  // prettier-ignore
  const took: number[] = [];
  let since = 0;
  const heard = new Set<Socket>();
  for (const s of sockets)
    s.on(event, (said: unknown) => {
      if (since === 0 || heard.has(s) || !counts(said)) return;
      heard.add(s);
      took.push(performance.now() - since);
    });
  for (let i = 0; i < rounds; i++) {
    heard.clear();
    since = performance.now();
    await does();
    await until('everybody', () => heard.size === sockets.length, ARRIVES_MS);
    const left = everyMs - (performance.now() - since);
    since = 0;
    await sleep(Math.max(0, left));
  }
  return took;
}

/** The same sockets' number, a server that does nothing but tell them. */
async function bareMs(count: number): Promise<number[]> {
  const server = createServer();
  const all = new Server(server, { serveClient: false });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sockets = Array.from({ length: count }, () => io(base, { transports: ['websocket'], forceNew: true, autoConnect: false })); // prettier-ignore
  await connectAll(sockets);
  const took = await hear(sockets, 'board', () => true, BARE_ROUNDS, 0, async () => void all.emit('board', { changes: [['a', 1]] })); // prettier-ignore
  for (const s of sockets) s.disconnect();
  await all.close();
  return took;
}

describe.each(BACKENDS)('boards on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    const sockets: Socket[] = [];
    let tokens: string[] = [];
    beforeAll(async () => {
      h = await openHouse(backend);
      tokens = await supervisors(h, Math.max(...VIEWERS));
    });
    afterAll(async () => {
      for (const s of sockets) s.disconnect();
      await h?.close();
    });

    it.each(VIEWERS)('%i supervisors', async (count) => {
      const fresh = tokens.slice(sockets.length, count).map((token) =>
        io(h.url, {
          transports: ['websocket'],
          extraHeaders: { cookie: `session=${token}`, origin: h.url },
          forceNew: true,
          autoConnect: false,
        }),
      );
      sockets.push(...fresh);
      await connectAll(fresh);
      await Promise.all(fresh.map((s) => s.timeout(CONNECTED_MS).emitWithAck('board', null)));
      const send = sender(h.url, await h.as('operator'), agentOf(1));
      let caller = 0;
      const happen = async () => {
        const phone = String(13_500_000_000 + caller++);
        const body = { channel: 'phone', content: T04, areaCode: NANTANG, requester: { kind: 'natural', name: '陈女士', phone } }; // prettier-ignore
        const { status } = await send('POST', '/api/orders', body, randomUUID());
        if (status !== 201) throw new Error(`${status}`);
      };
      const changed = (said: unknown) => (said as BoardPush).changes.length > 0;
      const ms = await hear(sockets, 'board', changed, EVENTS, EVERY_MS, happen);
      for (const s of sockets) s.off('board');
      const base = await bareMs(count);
      expect(ms).toHaveLength(EVENTS * count);
      say({
        bench: 'board',
        backend,
        supervisors: count,
        events: EVENTS,
        p50Ms: rank(ms, 0.5),
        p99Ms: rank(ms, 0.99),
        maxMs: rank(ms, 1),
        bareP99Ms: rank(base, 0.99),
        ratio: +(rank(ms, 0.99) / rank(base, 0.99)).toFixed(1),
        ...(await machine(h)),
        load: os.loadavg()[0],
      });
    });
  });
});
