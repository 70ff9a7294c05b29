/** The centre of the bench: desks without a screen that ask as consoles do, and a switch that rings. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { Nudge } from '../../src/contract.ts';
import { signedHeaders } from '../../src/door/index.ts';
import { hashToken, newToken } from '../../src/platform/crypto.ts';
import type { DeskView, RouteAnswer } from '../../src/telephony/schema.ts';

/** Orders of every caller that the desk must show. */
export const OPEN_ORDERS = 2;
export const DOOR_SECRET = 'the-switch-of-the-bench-rings-here';
export const SOURCE = 'bench-switch';

const QUEUE = '/api/telephony/queue';
const RETURNS = '/api/telephony/return-calls?state=open&limit=100';
/** What a console asks for by itself: calls.ts, returns.ts and queries.ts of the console. */
const POLLS = [
  ['/api/telephony/desk', 10_000],
  [QUEUE, 30_000],
  [RETURNS, 30_000],
  ['/api/session', 60_000],
] as const;
/** News of others are gathered and spread before the queue is asked for. */
const GATHER_MS = 2_000;
const SPREAD_MS = 6_000;
const TRIES = 5;
const AGAIN_MS = 500;

/** Of one clock for this process and the page. */
export const now = () => performance.timeOrigin + performance.now();

export interface Desk {
  socket: Socket;
  get<T>(path: string): Promise<T>;
  put(path: string, body: object): Promise<void>;
  close(): void;
}
/** What is measured of one call. */
export interface Pop {
  rangAt: number;
  routedAt?: number;
  nudgedAt?: number;
  shownAt?: number;
}
export const pops = new Map<string, Pop>();
let requests = 0;
/** Requests of all desks so far. */
export const asked = (): number => requests;

/** Signs somebody in without a password, which costs what it should and is not measured here. */
export async function operators(owner: pg.Pool, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, newToken);
  await owner.query(
    `with nth as (select i::int, t as hash, gen_random_uuid() as id from unnest($1::text[]) with ordinality u(t, i)),
      people as (insert into app_user (id, person_id, login, display_name)
        select id, gen_random_uuid(), 'pop' || i, 'pop' || i from nth),
      grants as (insert into role_grant (id, user_id, organization_id, role)
        select gen_random_uuid(), nth.id, g.organization_id, g.role from nth, role_grant g
          join app_user u on u.id = g.user_id where u.login = 'operator' and g.role = 'operator')
      insert into session (token_hash, id, user_id, created_at, seen_at, expires_at)
        select hash, gen_random_uuid(), id, clock_timestamp(), clock_timestamp(),
          clock_timestamp() + interval '12 hours' from nth`,
    [tokens.map(hashToken)],
  );
  return tokens;
}

/** A desk that asks as a console does: by itself now and then, at news of its own at once. */
export function deskAt(base: string, token: string): Desk {
  const headers = { cookie: `session=${token}`, origin: base, 'sec-fetch-site': 'same-origin' };
  const ask = async (path: string, init: RequestInit = {}) => {
    requests++;
    const answer = await fetch(base + path, { ...init, headers: { ...headers, 'content-type': 'application/json' } }); // prettier-ignore
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  // As a page does: what is under way is not asked for again.
  const asking = new Set<string>();
  const quietly = (path: string) => {
    if (asking.has(path)) return;
    asking.add(path);
    const over = () => void asking.delete(path);
    void ask(path).then(over, over);
  };
  const socket = io(base, { transports: ['websocket'], extraHeaders: headers, forceNew: true, autoConnect: false }); // prettier-ignore
  const timers: NodeJS.Timeout[] = [];
  let gathering: NodeJS.Timeout | undefined;
  const desk: Desk = {
    socket,
    get: (path) => ask(path) as Promise<never>,
    put: async (path, body) =>
      void (await ask(path, { method: 'PUT', body: JSON.stringify(body) })),
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      clearTimeout(gathering);
      socket.disconnect();
    },
  };
  const others = () => {
    gathering = undefined;
    quietly(QUEUE);
  };
  socket.on('nudge', (nudges: Nudge[]) => {
    const calls = nudges.filter((n) => /^(?:call|seat|return_call)\./.test(n.type));
    if (calls.length === 0) return;
    gathering ??= setTimeout(others, GATHER_MS + Math.random() * SPREAD_MS);
    if (calls.some((n) => n.type.startsWith('return_call.'))) quietly(RETURNS);
    if (!calls.some((n) => n.room.startsWith('user:'))) return;
    const at = now();
    for (const n of calls) if (n.type === 'call.offered') noted(n.id).nudgedAt ??= at;
    void desk.get<DeskView>('/api/telephony/desk').then(shown, () => {});
  });
  const poll = (path: string, every: number) => {
    quietly(path);
    timers.push(setInterval(() => quietly(path), every));
  };
  // People opened their desks at different moments.
  socket.once('connect', () => {
    for (const [path, every] of POLLS)
      timers.push(setTimeout(() => poll(path, every), Math.random() * every));
  });
  return desk;
}

/** Marks are kept by our own name of the call until the switch's answer tells which it is. */
export const noted = (callId: string): Partial<Pop> => {
  const known = pops.get(callId) ?? ({ rangAt: NaN } as Pop);
  pops.set(callId, known);
  return known;
};

function shown({ calls }: DeskView): void {
  const at = now();
  for (const c of calls)
    if (c.state === 'offered' && c.phone?.length === 11 && c.caller?.open.length === OPEN_ORDERS)
      noted(c.id).shownAt ??= at;
}

// ---------------------------------------------------------------- the switch

/** A switch that knocks at these api processes in turn. */
export function aSwitch(urls: readonly string[], at: () => string) {
  let turn = 0;
  let sent = 0;
  const knock = async <T>(path: string, body: object): Promise<T> => {
    const text = JSON.stringify(body);
    const message = { source: SOURCE, id: `m${sent++}`, body: text };
    // A switch that gets no answer sends the same again.
    for (let left = TRIES; ; left--) {
      const headers = signedHeaders(DOOR_SECRET, { ...message, at: new Date() });
      const url = urls[turn++ % urls.length]! + path;
      const answer = await fetch(url, { method: 'POST', headers, body: text }).catch(() => null);
      if (answer?.ok) return answer.json() as T;
      if (left === 0) throw new Error(`${path}: ${answer?.status} ${await answer?.text()}`);
      await sleep(AGAIN_MS);
    }
  };
  const tell = (event: object) =>
    knock<{ callId: string }>('/cti/v1/events', { ...event, at: at() });
  return {
    tell,
    /** Rings, and asks who takes the call. @returns our name of it, and the telephone. */
    async ring(name: string, from: string, skill?: string) {
      const call = { from, to: '12345', ...(skill && { skill }) };
      const rangAt = now();
      const { callId } = await tell({ type: 'call.ringing', callId: name, ...call });
      let answer: RouteAnswer;
      for (;;) {
        answer = await knock<RouteAnswer>('/cti/v1/route', { callId: name, at: at(), ...call });
        if (answer.action === 'offer') break;
        if (answer.action !== 'wait') throw new Error(`${name}: ${answer.action}`);
        await sleep(answer.askAgainMs);
      }
      Object.assign(noted(callId), { rangAt, routedAt: now() });
      return { callId, target: answer.target, rangAt };
    },
    answer: (name: string, target: string) =>
      tell({ type: 'call.answered', callId: name, legId: `${name}-1`, target }),
    end: (name: string) => tell({ type: 'call.ended', callId: name, by: 'caller' }),
  };
}
