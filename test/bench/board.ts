/**
 * How soon 500 and 1,000 connected supervisors see on their boards that something happened: from the
 * request that does it to the push at each of them. Beside it a bare server that tells as many sockets
 * the same, in a process of its own and while ours have nobody.
 * `npm run bench -- board`.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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

interface Heard {
  /** Of each thing at each socket, in milliseconds. */
  ms: number[];
  /** What was said last. */
  last: unknown;
}

/** Everybody hears of one thing after the other. */
async function hear(
  sockets: readonly Socket[],
  event: string,
  counts: (said: unknown) => boolean,
  rounds: number,
  everyMs: number,
  does: () => Promise<unknown>,
): Promise<Heard> {
  // prettier-ignore
  const ms: number[] = [];
  let last: unknown;
  let since = 0;
  const heard = new Set<Socket>();
  for (const s of sockets)
    s.on(event, (said: unknown) => {
      if (since === 0 || heard.has(s) || !counts(said)) return;
      heard.add(s);
      ms.push(performance.now() - since);
      last = said;
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
  return { ms, last };
}

/** As many sockets, and a process that does nothing but tell them the same. @returns milliseconds at each. */
async function bareMs(count: number, push: unknown): Promise<number[]> {
  const server = fork(fileURLToPath(new URL('bare-board.mjs', import.meta.url)), [], {
    execArgv: [],
  });
  const ended = once(server, 'exit');
  let port = 0;
  server.once('message', (said) => (port = Number(said)));
  const sockets: Socket[] = [];
  try {
    const base = `http://127.0.0.1:${await until('the bare server', () => port)}`;
    for (let i = 0; i < count; i++)
      sockets.push(io(base, { transports: ['websocket'], forceNew: true, autoConnect: false }));
    await connectAll(sockets);
    const tell = async () => void server.send(push as object);
    const { ms, last } = await hear(sockets, 'board', () => true, BARE_ROUNDS, 0, tell);
    // The same words to as many, or the ratio says nothing.
    expect(last).toEqual(push);
    expect(ms).toHaveLength(BARE_ROUNDS * count);
    return ms;
  } finally {
    for (const s of sockets) s.disconnect();
    server.kill();
    await ended;
  }
}

describe.each(BACKENDS)('boards on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let tokens: string[] = [];
    beforeAll(async () => {
      h = await openHouse(backend);
      tokens = await supervisors(h, Math.max(...VIEWERS));
    });
    afterAll(() => h?.close());

    /** So many supervisors at their boards, who have gone again when it returns. */
    async function boards(count: number): Promise<Heard> {
      const sockets = tokens.slice(0, count).map((token) =>
        io(h.url, {
          transports: ['websocket'],
          extraHeaders: { cookie: `session=${token}`, origin: h.url },
          forceNew: true,
          autoConnect: false,
        }),
      );
      try {
        await connectAll(sockets);
        await Promise.all(sockets.map((s) => s.timeout(CONNECTED_MS).emitWithAck('board', null)));
        const changed = (said: unknown) => (said as BoardPush).changes.length > 0;
        return await hear(sockets, 'board', changed, EVENTS, EVERY_MS, await happens());
      } finally {
        for (const s of sockets) s.disconnect();
      }
    }

    let caller = 0;
    /** Does what the boards then show. */
    async function happens(): Promise<() => Promise<void>> {
      const send = sender(h.url, await h.as('operator'), agentOf(1));
      return async () => {
        const phone = String(13_500_000_000 + caller++);
        const body = { channel: 'phone', content: T04, areaCode: NANTANG, requester: { kind: 'natural', name: '陈女士', phone } }; // prettier-ignore
        const { status } = await send('POST', '/api/orders', body, randomUUID());
        if (status !== 201) throw new Error(`${status}`);
      };
    }

    it.each(VIEWERS)('%i supervisors', async (count) => {
      const { ms, last } = await boards(count);
      const base = await bareMs(count, last);
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
