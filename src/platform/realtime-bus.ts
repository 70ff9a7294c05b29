import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Server } from 'socket.io';
import type { Logger } from './log.ts';

/** What travels between processes: rooms and a nudge, or a room whose sockets must go. */
export type BusMessage = { rooms: string[]; nudge: unknown } | { drop: string };

const CHANNEL = 'hotline_nudge';
/** PostgreSQL takes at most 8,000 bytes of payload. */
const PAYLOAD_MAX = 7_000;
const RECONNECT_MS = 500;

export interface Publisher {
  publish(messages: BusMessage[]): Promise<void>;
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

/** Without Redis: one NOTIFY per relay batch, outside every business transaction. */
export function postgresPublisher(pool: pg.Pool): Publisher {
  return {
    async publish(messages) {
      for (const payload of pack(messages)) {
        await pool.query('select pg_notify($1, $2)', [CHANNEL, payload]);
      }
    },
    close: async () => {},
  };
}

/** With Redis: a socket.io server without sockets writes to the stream that every api reads. */
export function redisPublisher(url: string, log: Logger): Publisher {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', (error) => log.warn({ error: error.message }, 'bus redis'));
  const io = new Server({ adapter: createAdapter(client) });
  return {
    async publish(messages) {
      // The adapter swallows what it cannot write; what is refused here stays in the outbox.
      if (client.status !== 'ready') throw new Error(`bus redis is ${client.status}`);
      emitAll(io, messages);
    },
    async close() {
      await io.close();
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
  return { adapter: createAdapter(client), close: () => client.disconnect() };
}

/**
 * Listens for packs of messages until closed. A lost connection is made again, and `onGap` says that
 * something may have been missed, so that clients fetch anew.
 */
export function postgresSubscriber(
  url: string,
  onMessages: (messages: BusMessage[]) => void,
  onGap: () => void,
  log: Logger,
): { close(): Promise<void>; ready: Promise<void> } {
  let client: pg.Client | undefined;
  let closed = false;
  let first = true;
  let retry: NodeJS.Timeout | undefined;
  const open = async (): Promise<void> => {
    const c = new pg.Client({
      connectionString: url,
      application_name: 'hotline-listen',
      keepAlive: true,
    });
    client = c;
    c.on('notification', (n) => {
      try {
        onMessages(JSON.parse(n.payload ?? '[]') as BusMessage[]);
      } catch {
        log.warn('unreadable nudge');
      }
    });
    c.on('error', () => {});
    c.on('end', () => again());
    await c.connect();
    await c.query(`listen ${CHANNEL}`);
    if (!first) onGap();
    first = false;
  };
  const again = () => {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(() => void open().catch(again), RECONNECT_MS);
  };
  const ready = open().catch(again);
  return {
    ready,
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}
