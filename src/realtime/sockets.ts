import type { IncomingHttpHeaders, Server as HttpServer } from 'node:http';
import { parse } from 'hono/utils/cookie';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import { clockOffset } from '../deadline/index.ts';
import { resolveSession, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { deploymentKind } from '../platform/db.ts';
import { sameOrigin, sessionCookieName } from '../platform/http/auth.ts';
import {
  CHAT_SPACE,
  emitAll,
  followed,
  newsOf,
  onGrants,
  onMessages,
  onNews,
  postgresListener,
  redisAdapter,
  tellAll,
} from '../platform/realtime-bus.ts';
import type { BusMessage, Followed, News } from '../platform/realtime-bus.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { boardScope, figures, viewOf } from '../supervision/index.ts';
import type { BoardScope } from '../supervision/index.ts';
import type { BoardView } from '../supervision/schema.ts';
import { visibleOrder } from '../workorder/index.ts';
import { BoardHub } from './board-hub.ts';
import type { ClientToServer, ServerToClient, ServerToVisitor, VisitorToServer } from './nudge.ts';
import { startRecheck } from './recheck.ts';
import type { Recheck, Seat } from './recheck.ts';
import { admitVisitor, serveVisitor, watchQueue, watchSeats, whoTypes } from './visitors.ts';
import type { Visitor } from './visitors.ts';

type Nothing = Record<string, never>;
type StaffSocket = Socket<ClientToServer, ServerToClient, Nothing, Seat>;
type VisitorSpace = Namespace<VisitorToServer, ServerToVisitor, Nothing, Visitor>;
type StaffServer = Server<ClientToServer, ServerToClient, Nothing, Seat>;

/** Orders one socket may watch at once; a screen shows a handful. */
const WATCH_MAX = 50;
/** Boards one socket may have open at once. */
const BOARDS_MAX = 4;
/** How often a demo's or a test's clock is looked at, which somebody may have moved. */
const CLOCK_MS = 500;

/** Everything a socket's requests need. */
interface House {
  deps: Deps;
  hub: BoardHub;
  recheck: Recheck;
  /** Tells every process what is not worth a row. */
  tell: (message: BusMessage) => void;
}

/** Attaches the sockets to the HTTP server: same origin and a living session, or no connection. */
export function attachSockets(
  http: HttpServer,
  deps: Deps,
  config: {
    databaseUrl: string;
    redisUrl?: string | undefined;
    /** Sites besides our own that may carry the chat widget. */
    chatOrigins?: readonly string[];
  },
): { close(): Promise<void>; io: Server } {
  const missed = () => {
    io.local.emit('resync');
    // A number that is not there: the widget fetches, whatever it knows.
    visitors.local.emit('news', {});
    hub.recount();
  };
  const redis = config.redisUrl ? redisAdapter(config.redisUrl, missed, deps.log) : null;
  const io: StaffServer = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: 16_384,
    ...(redis && { adapter: redis.adapter }),
    allowRequest: (req, answer) => {
      const { origin } = req.headers;
      const widget = origin !== undefined && (config.chatOrigins ?? []).includes(origin);
      const may = widget || isOwn(deps, req.headers);
      answer(may ? null : 'foreign origin', may);
    },
  });
  // Every process counts for its own sockets: a push must not travel to the others.
  const hub = new BoardHub({
    count: (scope) => figures(deps.db, scope),
    push: (push) => void io.local.to(`board:${push.scope}`).emit('board', push),
    failed: (error) => deps.log.warn({ error: String(error) }, 'board'),
  });
  const sockets = () => io.of('/').sockets.values();
  const recheck = startRecheck(deps, sockets, roomsOf, (scope) => hub.update(scope));
  const tell = (message: BusMessage) =>
    redis
      ? emitAll(bus, [message])
      : void tellAll(deps.db, [message]).catch((error: unknown) =>
          deps.log.warn({ error: String(error) }, 'bus'),
        );
  const house = { deps, hub, recheck, tell };
  io.use((socket, next) => void admit(house, socket).then(() => next(), next));
  io.on('connection', (socket) => serve(house, socket));
  // A space of its own, with events of its own.
  const visitors = io.of(CHAT_SPACE) as unknown as VisitorSpace;
  visitors.use((socket, next) => {
    const inRoom = (room: string) => visitors.adapter.rooms.get(room)?.size ?? 0;
    void admitVisitor(deps, socket, inRoom).then(() => next(), next);
  });
  visitors.on('connection', (socket) => serveVisitor(house, socket));
  const queue = watchQueue(deps, () => visitors.sockets.values());
  const seats = watchSeats(deps, sockets, () => visitors.sockets.values());
  io.of('/').adapter.on('delete-room', (room: string) => {
    if (room.startsWith('board:')) hub.drop(room.slice(6));
  });
  const bus = io as unknown as Server;
  const hear = (news: News, which: Followed[] = []) => {
    hub.hear(withoutWords(news));
    tellOf(io, deps, which);
    if ('chat.queue' in news) queue.moved();
  };
  if (redis) onNews(bus, hear);
  const listener = postgresListener(
    config.databaseUrl,
    {
      ...onGrants(() => recheck.now()),
      ...(!redis &&
        onMessages((messages) => {
          emitAll(bus, messages);
          hear(newsOf(messages), followed(messages));
        })),
    },
    () => {
      recheck.now();
      if (!redis) missed();
    },
    deps.log,
  );
  const clock = watchClock(deps, sockets, (offset) => {
    hub.recount();
    recheck.now();
    if (offset !== undefined) {
      io.local.emit('resync', new Date(Date.now() + offset).toISOString());
    }
  });
  return {
    io: bus,
    async close() {
      clearInterval(clock);
      clearInterval(seats);
      queue.stop();
      recheck.stop();
      hub.close();
      await listener.close();
      await io.close();
      redis?.close();
    },
  };
}

/** Whether a browser's request comes from this site, or no browser sent it. */
function isOwn(deps: Deps, headers: IncomingHttpHeaders): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  return origin
    ? sameOrigin(deps.publicUrl, origin, headers.host ?? '')
    : site === undefined || site === 'same-origin';
}

/** Says in the log what reached sockets of this process, and which request it follows from. */
function tellOf(io: StaffServer, { log }: Deps, which: readonly Followed[]): void {
  if (!log.isLevelEnabled('info')) return;
  const { rooms: open } = io.of('/').adapter;
  for (const { rooms, ...what } of which) {
    const sockets = new Set(rooms.flatMap((room) => [...(open.get(room) ?? [])])).size;
    if (sockets > 0) log.info({ ...what, sockets }, 'nudged');
  }
}

/** What is said in chats changes no figure. */
const withoutWords = (news: News): News =>
  Object.fromEntries(Object.entries(news).filter(([type]) => !WORDS.has(type)));
const WORDS = new Set(['chat.message', 'chat.changed', 'chat.typing']);

/** Tells how far the platform's clock was moved, at the first look nothing; in production nobody can. */
function watchClock(
  deps: Deps,
  sockets: () => Iterable<unknown>,
  moved: (offset?: number) => void,
): NodeJS.Timeout {
  let kind: string | undefined;
  let known: number | undefined;
  const look = async () => {
    kind ??= await deploymentKind(deps.db);
    if (kind === 'production') return clearInterval(timer);
    if ([...sockets()].length === 0) return;
    const offset = await clockOffset(deps.db);
    if (known === undefined) moved();
    else if (offset !== known) moved(offset);
    known = offset;
  };
  const timer = setInterval(() => void look().catch(() => {}), CLOCK_MS);
  return timer.unref();
}

async function admit({ deps, recheck }: House, socket: StaffSocket): Promise<void> {
  // Sites with the widget may connect, but not as staff.
  if (!isOwn(deps, socket.handshake.headers)) throw new Error('foreign_origin');
  const cookies = parse(socket.handshake.headers.cookie ?? '');
  const token = cookies[sessionCookieName(deps.publicUrl)];
  const known = recheck.rounds();
  const actor = token ? await resolveSession(deps, token) : null;
  if (!actor || !token) throw new Error('not_signed_in');
  socket.data = { actor, token, known, boards: new Map() };
}

const roomsOf = (actor: StaffActor): string[] => [
  'staff',
  `user:${actor.userId}`,
  `session:${actor.sessionId}`,
  ...(worksInCenter(actor) ? ['center'] : []),
  ...[...actor.reach].map((id) => `org:${id}`),
];

function serve(house: House, socket: StaffSocket): void {
  void socket.join(roomsOf(socket.data.actor));
  house.recheck.joined(socket);
  socket.on('watch', (orderId, answer) => {
    const reply = typeof answer === 'function' ? answer : () => {};
    void mayWatch(house.deps, socket, orderId).then((ok) => {
      if (ok && socket.connected) void socket.join(`order:${orderId}`);
      reply(ok);
    });
  });
  socket.on('unwatch', (orderId) => void socket.leave(`order:${String(orderId)}`));
  socket.on('board', (organizationId, answer) => {
    const reply = typeof answer === 'function' ? answer : () => {};
    // What failed is not answered: null would say that it is refused.
    openBoard(house, socket, organizationId).then(reply, (error: unknown) =>
      house.deps.log.warn({ error: String(error) }, 'board'),
    );
  });
  const types = whoTypes(house, () => socket.data.actor.userId);
  socket.on('chat_typing', (chatId) => types(chatId));
  socket.on('unboard', (scope) => {
    socket.data.boards.delete(String(scope));
    void socket.leave(`board:${String(scope)}`);
  });
}

/** Decides by the grants that hold when it has decided: they may change meanwhile. */
async function decided<T>(
  socket: StaffSocket,
  look: (actor: StaffActor) => Promise<T>,
): Promise<T> {
  for (;;) {
    const { actor } = socket.data;
    const found = await look(actor);
    if (socket.data.actor === actor) return found;
  }
}

async function mayWatch(deps: Deps, socket: StaffSocket, orderId: unknown): Promise<boolean> {
  const watched = [...socket.rooms].filter((r) => r.startsWith('order:')).length;
  if (typeof orderId !== 'string' || !isId(orderId) || watched >= WATCH_MAX) return false;
  return decided(socket, (actor) =>
    visibleOrder(deps.db, actor, orderId).then(
      () => true,
      () => false,
    ),
  );
}

/** The scope if it may be seen. */
const scopeFor = (
  deps: Deps,
  actor: StaffActor,
  asked: string | null,
): Promise<BoardScope | null> =>
  boardScope(deps.db, actor, asked).catch((error: unknown) => {
    if (error instanceof AppError && ['not_allowed', 'not_found'].includes(error.code)) return null;
    throw error;
  });

/** Joins first, answers then: no push between the two is lost. */
async function openBoard(
  { deps, hub }: House,
  socket: StaffSocket,
  asked: unknown,
): Promise<BoardView | null> {
  if (asked !== null && !(typeof asked === 'string' && isId(asked))) return null;
  const scope = await decided(socket, (actor) => scopeFor(deps, actor, asked));
  const { boards } = socket.data;
  if (!scope || !socket.connected) return null;
  if (!boards.has(scope.key) && boards.size >= BOARDS_MAX) return null;
  boards.set(scope.key, asked);
  void socket.join(`board:${scope.key}`);
  const { epoch, seq, ...counted } = await hub.open(scope);
  return viewOf(deps.db, scope, counted, { epoch, seq });
}
