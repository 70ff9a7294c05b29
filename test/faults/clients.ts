/** Clients that keep a log of what they were told, and ask again as real ones do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_PASSWORD } from '../../db/seed.ts';
import { NANTANG } from '../flow/walk.ts';
import { T04 } from '../words.ts';
import { browser, until } from '../processes.ts';
import type { Strike, Try, Wish } from './history.ts';

/** A client cuts a request off that long after it was sent, in milliseconds. */
const PATIENCE_MS = 20_000;
/** Between two tries of one wish, in milliseconds. */
const PAUSE_MS = { least: 40, most: 240 };

export interface Asked {
  url: string;
  body: object;
  headers?: Record<string, string>;
}

/** One try; what is not heard of it is not there. */
export async function attempt(
  cookie: string,
  key: string,
  asked: Asked,
  patienceMs = PATIENCE_MS,
): Promise<Try> {
  const told: Try = { sentAt: performance.now() };
  try {
    const answer = await fetch(asked.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        cookie,
        ...asked.headers,
      },
      body: JSON.stringify(asked.body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const body = (await answer.json()) as { code?: string; orderId?: string; version?: number };
    told.endedAt = performance.now();
    told.status = answer.status;
    told.retryAfter = answer.headers.has('retry-after');
    if (body.code) told.code = body.code;
    if (body.orderId) told.orderId = body.orderId;
    if (body.version !== undefined) told.version = body.version;
  } catch {
    told.endedAt ??= performance.now();
  }
  return told;
}

/** Whether the client is through with it: done, or refused for good. */
const settled = (t: Try): boolean =>
  t.status !== undefined && t.status !== 503 && t.status !== 429 && t.status < 500;

/** Asks again until it is settled; each try is in the log from the moment it is sent. */
export async function insist(
  wish: Wish,
  next: () => number,
  ask: () => Promise<Try>,
  limitMs = 90_000,
): Promise<Try> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const open: Try = { sentAt: performance.now() };
    wish.tries.push(open);
    Object.assign(open, await ask());
    if (settled(open) || performance.now() > deadline) return open;
    await sleep(PAUSE_MS.least + next() * (PAUSE_MS.most - PAUSE_MS.least));
  }
}

/** Words that carry the key of a wish, and the key in them. */
export const marked = (words: string, key: string): string => `${words}〔${key}〕`;

/** The cookie of a person who signs in, as often as it takes. */
export async function cookieOf(url: string, login: string): Promise<string> {
  const who = browser(url);
  await until(`${login} signed in`, async () => {
    const { status } = await who.post('/api/session', { login, password: DEMO_PASSWORD });
    return status === 200;
  });
  return [...who.cookies].map((c) => c.join('=')).join('; ');
}

let numbers = 0;
/** A number that nobody else has in this process. */
export const newPhone = (): string => `139${String(++numbers).padStart(8, '0')}`;

/** What an operator's form sends for a demand that carries its key. */
export const demand = (key: string, phone: string, words = T04) => ({
  channel: 'phone',
  content: marked(words, key),
  areaCode: NANTANG,
  requester: { kind: 'natural', name: '陈女士', phone },
});

export interface Crowd {
  wishes: Wish[];
  /** Demands that were acknowledged so far. */
  acknowledged(): number;
  /** Ends when all are through. */
  done: Promise<unknown>;
  /** No further demand is begun. */
  stop(): void;
}

/** So many clients who register, each one demand after the other, `count` in all. */
export function crowd(o: {
  url: string;
  cookie: string;
  clients: number;
  count: number;
  next: () => number;
  /** Waiting time of a client between two demands, in milliseconds. */
  everyMs?: number;
  /** Demands that may have begun by now, so that a slow machine is not flooded. */
  upTo?: () => number;
  /** Each order is given a note as well. */
  notes?: boolean;
  /** After so many milliseconds a client cuts a request off. */
  patienceMs?: number;
  tag: string;
}): Crowd {
  const wishes: Wish[] = [];
  let begun = 0;
  let acknowledged = 0;
  let stopped = false;
  const at = (path: string) => new URL(path, o.url).href;
  const note = (key: string, orderId: string) => {
    const wish: Wish = { key, what: 'act', orderId, tries: [] };
    wishes.push(wish);
    const body = { act: 'note', input: { text: marked('记一笔。', key) } };
    return insist(wish, o.next, () =>
      attempt(o.cookie, key, { url: at(`/api/orders/${orderId}/acts`), body }, o.patienceMs),
    );
  };
  const client = async () => {
    while (!stopped && begun < o.count) {
      if (o.upTo && begun >= o.upTo()) {
        await sleep(PAUSE_MS.least);
        continue;
      }
      const key = `${o.tag}-${String(begun++).padStart(6, '0')}`;
      const phone = newPhone();
      const wish: Wish = { key, what: 'register', phone, tries: [] };
      wishes.push(wish);
      const told = await insist(wish, o.next, () =>
        attempt(o.cookie, key, { url: at('/api/orders'), body: demand(key, phone) }, o.patienceMs),
      );
      if (told.status === 201) acknowledged += 1;
      if (o.notes && told.orderId) await note(`${key}n`, told.orderId);
      if (o.everyMs) await sleep(o.everyMs);
    }
  };
  const done = Promise.all(Array.from({ length: o.clients }, client));
  return { wishes, acknowledged: () => acknowledged, done, stop: () => void (stopped = true) };
}

/** How many requests were on their way at an instant. */
export const openAt = (wishes: readonly Wish[], at: number): number =>
  wishes.flatMap((w) => w.tries).filter((t) => t.sentAt < at && !(t.endedAt! <= at)).length;

/** When the first request was served that was sent after an instant. */
export function servedAfter(wishes: readonly Wish[], at: number): number | undefined {
  const ends = wishes.flatMap((w) =>
    w.tries.filter((t) => t.sentAt > at && t.status! < 300).map((t) => t.endedAt!),
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** What a fault met and when it was over, by the log of the clients. */
export function strikeOf(wishes: readonly Wish[], at: number): Strike {
  const recoveredAt = servedAfter(wishes, at);
  return { at, inFlight: openAt(wishes, at), ...(recoveredAt && { recoveredAt }) };
}
