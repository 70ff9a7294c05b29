import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import pg from 'pg';
import { Server } from 'socket.io';
import type { DbTx, Reader } from './db.ts';
import type { Logger } from './log.ts';
import { later } from './pipeline.ts';

/** What travels between processes: rooms and a nudge, or a room whose sockets must go. */
export type BusMessage =
  { rooms: string[]; nudge: unknown; chat?: ChatNews; traceId?: string } | { drop: string };

/** What the citizen in a chat is told: a number, so that the widget fetches what is new. */
export interface ChatNews {
  chatId: string;
  news: Record<string, unknown>;
}

/** Citizens in chats have sockets of their own: proved by a token, in no room of the staff. */
export const CHAT_SPACE = '/chat';
export const chatRoom = (chatId: string): string => `chat:${chatId}`;

const CHANNEL = 'hotline_nudge';
/** On this channel triggers of the database tell that grants, accounts or the tree of units changed. */
const GRANTS = 'hotline_grants';
/** Under this name the servers tell each other their news; no socket hears it. */
const NEWS = 'news';
/** Rooms of single things: whoever counts has no use for them. */
const SINGLE = 'order:';
/** PostgreSQL takes at most 8,000 bytes of payload. */
const PAYLOAD_MAX = 7_000;
const RECONNECT_MS = 500;
/** How often a listener asks whether its server is still there, and how long that may take, in milliseconds. */
const BEAT_MS = 5_000;

/**
 * What a batch of messages was about, for those who count: the rooms by type of event. `drop` stands
 * for sockets that went.
 */
export type News = Record<string, string[]>;

export function newsOf(messages: readonly BusMessage[]): News {
  const news = new Map<string, Set<string>>();
  for (const m of messages) {
    const type = 'drop' in m ? 'drop' : String((m.nudge as { type?: unknown }).type);
    const rooms = news.get(type) ?? new Set();
    news.set(type, rooms);
    if ('rooms' in m) for (const r of m.rooms) if (!r.startsWith(SINGLE)) rooms.add(r);
  }
  return Object.fromEntries([...news].map(([type, rooms]) => [type, [...rooms]]));
}

/** Which request a nudge follows from, for the log of the server that hands it to sockets. */
export interface Followed {
  traceId: string;
  event: string;
  orderId: string;
  rooms: string[];
}

export const followed = (messages: readonly BusMessage[]): Followed[] =>
  messages.flatMap((m) => {
    if ('drop' in m || !m.traceId) return [];
    const { type, id } = m.nudge as { type: string; id: string };
    return [{ traceId: m.traceId, event: type, orderId: id, rooms: m.rooms }];
  });

export interface Publisher {
  /** @param via the transaction that takes them off the outbox. */
  publish(messages: BusMessage[], via: DbTx): Promise<void>;
  close(): Promise<void>;
}

/** Groups messages into payloads that fit one NOTIFY. */
export function pack(messages: BusMessage[]): string[] {
  const packs: string[] = [];
  let current: string[] = [];
  let size = 2;
  for (const m of messages) {
    const text = JSON.stringify(m);
    if (size + text.length + 1 > PAYLOAD_MAX && current.length > 0) {
      packs.push(`[${current.join(',')}]`);
      current = [];
      size = 2;
    }
    current.push(text);
    size += text.length + 1;
  }
  if (current.length > 0) packs.push(`[${current.join(',')}]`);
  return packs;
}

/** Without Redis: the transaction that takes the nudges off the outbox tells them when it commits. */
export function postgresPublisher(): Publisher {
  return {
    async publish(messages, via) {
      for (const payload of pack(messages))
        later(via, sql`select pg_notify(${CHANNEL}, ${payload})`);
    },
    close: async () => {},
  };
}

/** Tells what is not worth a row (somebody types) to every process, without Redis. */
export async function tellAll(db: Reader, messages: BusMessage[]): Promise<void> {
  for (const payload of pack(messages))
    await sql`select pg_notify(${CHANNEL}, ${payload})`.execute(db);
}

/**
 * The adapter (0.3.1) hears no answer of what it publishes and subscribes to, nor does the client where it
 * subscribes anew: a refusal, as when Redis goes away, would end the process. What was on its way then is
 * lost, as a nudge may be: screens look again after a gap and from time to time.
 */
function unheard(client: Redis): Redis {
  const methods = client as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['publish', 'subscribe']) {
    const ask = methods[name]!.bind(client) as (...args: unknown[]) => Promise<unknown>;
    methods[name] = (...args) => ask(...args).catch(() => 0);
  }
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (options) => unheard(duplicate(options));
  return client;
}

/** With Redis: a socket.io server without sockets writes to the stream that every api reads. */
export function redisPublisher(url: string, log: Logger): Publisher {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', (error) => log.warn({ error: error.message }, 'bus redis'));
  const io = new Server({ adapter: createAdapter(unheard(client)) });
  return {
    async publish(messages) {
      // The adapter swallows what it cannot write; what is refused here stays in the outbox.
      if (client.status !== 'ready') throw new Error(`bus redis is ${client.status}`);
      emitAll(io, messages);
      io.serverSideEmit(NEWS, newsOf(messages), followed(messages));
    },
    async close() {
      // A server that was never attached to a port cannot be closed as a whole.
      await Promise.all([io.of('/'), io.of(CHAT_SPACE)].map((space) => space.adapter.close()));
      client.disconnect();
    },
  };
}

/** Emits to the rooms this server (and, through an adapter, its siblings) holds. */
export function emitAll(io: Server, messages: BusMessage[]): void {
  const byRoom = new Map<string, unknown[]>();
  for (const m of messages) {
    if ('drop' in m) {
      io.in(m.drop).disconnectSockets(true);
      continue;
    }
    if (m.chat) io.of(CHAT_SPACE).to(chatRoom(m.chat.chatId)).emit('news', m.chat.news);
    for (const room of m.rooms) {
      const nudge = { room, ...(m.nudge as object) };
      byRoom.set(room, [...(byRoom.get(room) ?? []), nudge]);
    }
  }
  for (const [room, nudges] of byRoom) io.to(room).emit('nudge', nudges);
}

/**
 * The streams adapter for an api process; siblings and workers reach its sockets through Redis.
 * `onGap` says that the connection was lost and is back.
 */
export function redisAdapter(url: string, onGap: () => void, log: Logger) {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', (error) => log.warn({ error: error.message }, 'bus redis'));
  client.once('ready', () => client.on('ready', onGap));
  return { adapter: createAdapter(unheard(client)), close: () => client.disconnect() };
}

/** What workers tell the servers of an adapter; sockets cannot say it. */
export function onNews(io: Server, heard: (news: News, which?: Followed[]) => void): void {
  io.of('/').on(NEWS as never, heard as never);
}

/** The channel of the packs, for a listener without Redis. */
export const onMessages = (heard: (messages: BusMessage[]) => void) => ({
  [CHANNEL]: (payload: string) => heard(JSON.parse(payload) as BusMessage[]),
});

/** The channel on which grants are told to have changed. */
export const onGrants = (changed: () => void) => ({ [GRANTS]: changed });

/**
 * Listens on channels of PostgreSQL until closed. A lost connection is made again, and `onGap` says
 * that something may have been missed.
 */
export function postgresListener(
  url: string,
  channels: Record<string, (payload: string) => void>,
  onGap: () => void,
  log: Logger,
): { close(): Promise<void>; ready: Promise<void> } {
  let client: pg.Client | undefined;
  let closed = false;
  let missed = false;
  let retry: NodeJS.Timeout | undefined;
  // Who only listens does not notice that the link is cut.
  const beat = setInterval(() => {
    const asked = client;
    asked?.query('select 1').catch((error: Error) => {
      if (error.message !== 'Query read timeout') return;
      (
        asked as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
    });
  }, BEAT_MS).unref();
  const open = async (): Promise<void> => {
    const c = new pg.Client({
      connectionString: url,
      application_name: 'hotline-listen',
      keepAlive: true,
      connectionTimeoutMillis: BEAT_MS,
      query_timeout: BEAT_MS,
    });
    client = c;
    c.on('notification', (n) => {
      try {
        channels[n.channel]?.(n.payload ?? '');
      } catch {
        log.warn({ channel: n.channel }, 'unreadable notification');
      }
    });
    c.on('error', () => {});
    c.on('end', () => client === c && again());
    await c.connect();
    for (const channel of Object.keys(channels)) await c.query(`listen ${channel}`);
    if (missed) onGap();
    missed = false;
  };
  const again = () => {
    if (closed) return;
    missed = true;
    clearTimeout(retry);
    retry = setTimeout(() => void open().catch(again), RECONNECT_MS);
  };
  const ready = open().catch(again);
  return {
    ready,
    async close() {
      closed = true;
      clearInterval(beat);
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}
