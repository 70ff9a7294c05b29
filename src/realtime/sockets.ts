import type { Server as HttpServer } from 'node:http';
import { parse } from 'hono/utils/cookie';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { resolveSession, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import { sameOrigin, sessionCookieName } from '../platform/http/auth.ts';
import { emitAll, postgresSubscriber, redisAdapter } from '../platform/realtime-bus.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { visibleOrder } from '../workorder/index.ts';

interface SocketData {
  actor: StaffActor;
  token: string;
}
type StaffSocket = Socket<
  Record<string, never>,
  Record<string, never>,
  Record<string, never>,
  SocketData
>;

/** Orders one socket may watch at once; a screen shows a handful. */
const WATCH_MAX = 50;
/** How often each socket's session and grants are looked at again. */
const RECHECK_MS = 30_000;

/** Attaches the sockets to the HTTP server: same origin and a living session, or no connection. */
export function attachSockets(
  http: HttpServer,
  deps: Deps,
  config: { databaseUrl: string; redisUrl?: string | undefined },
): { close(): Promise<void>; io: Server } {
  const resync = () => io.local.emit('resync');
  const redis = config.redisUrl ? redisAdapter(config.redisUrl, resync, deps.log) : null;
  const io: Server = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: 16_384,
    ...(redis && { adapter: redis.adapter }),
    allowRequest: (req, answer) => {
      const origin = req.headers.origin;
      const site = req.headers['sec-fetch-site'];
      const own = origin
        ? sameOrigin(deps.publicUrl, origin, req.headers.host ?? '')
        : site === undefined || site === 'same-origin';
      answer(own ? null : 'foreign origin', own);
    },
  });
  io.use((socket, next) => void admit(deps, socket as StaffSocket).then(() => next(), next));
  io.on('connection', (socket) => serve(deps, socket as StaffSocket));
  const timer = setInterval(() => void recheck(deps, io), RECHECK_MS);
  timer.unref();
  const subscriber = redis
    ? null
    : postgresSubscriber(config.databaseUrl, (m) => emitAll(io, m), resync, deps.log);
  return {
    io,
    async close() {
      clearInterval(timer);
      await subscriber?.close();
      await io.close();
      redis?.close();
    },
  };
}

async function admit(deps: Deps, socket: StaffSocket): Promise<void> {
  const cookies = parse(socket.handshake.headers.cookie ?? '');
  const token = cookies[sessionCookieName(deps.publicUrl)];
  const actor = token ? await resolveSession(deps, token) : null;
  if (!actor || !token) throw new Error('not_signed_in');
  socket.data = { actor, token };
}

const roomsOf = (actor: StaffActor): string[] => [
  `user:${actor.userId}`,
  `session:${actor.sessionId}`,
  ...(worksInCenter(actor) ? ['center'] : []),
  ...[...actor.reach].map((id) => `org:${id}`),
];

function serve(deps: Deps, socket: StaffSocket): void {
  void socket.join(roomsOf(socket.data.actor));
  socket.on(
    'watch' as never,
    ((orderId: unknown, answer: unknown) => {
      const reply = typeof answer === 'function' ? (answer as (ok: boolean) => void) : () => {};
      void mayWatch(deps, socket, orderId).then((ok) => {
        if (ok) void socket.join(`order:${String(orderId)}`);
        reply(ok);
      });
    }) as never,
  );
  socket.on(
    'unwatch' as never,
    ((orderId: unknown) => void socket.leave(`order:${String(orderId)}`)) as never,
  );
}

async function mayWatch(deps: Deps, socket: StaffSocket, orderId: unknown): Promise<boolean> {
  const watched = [...socket.rooms].filter((r) => r.startsWith('order:')).length;
  if (typeof orderId !== 'string' || !isId(orderId) || watched >= WATCH_MAX) return false;
  return visibleOrder(deps.db, socket.data.actor, orderId).then(
    () => true,
    () => false,
  );
}

/** Sessions end and grants change while a socket lives: rooms follow. */
async function recheck(deps: Deps, io: Server): Promise<void> {
  for (const socket of io.of('/').sockets.values() as Iterable<unknown> as Iterable<StaffSocket>) {
    const actor = await resolveSession(deps, socket.data.token).catch(() => undefined);
    if (actor === undefined) continue;
    if (actor === null) {
      socket.disconnect(true);
      continue;
    }
    socket.data.actor = actor;
    const wanted = new Set(roomsOf(actor));
    for (const room of socket.rooms) {
      const orders = room.startsWith('order:');
      const gone = orders ? !(await mayWatch(deps, socket, room.slice(6))) : !wanted.has(room);
      if (gone && room !== socket.id) void socket.leave(room);
    }
    void socket.join([...wanted]);
  }
}
