/**
 * Sessions end and grants change while a socket lives: its rooms follow at once. Looked at when the
 * database tells of a change, when a grant begins or ends by itself, and every half minute.
 */
import { resolveSessions, untilGrantsChange } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { boardScope } from '../supervision/index.ts';
import type { BoardScope } from '../supervision/index.ts';
import type { BoardPush } from '../supervision/schema.ts';
import { whoSees } from '../workorder/index.ts';

/** How often every session and grant is looked at again, whatever was told. */
const EVERY_MS = 30_000;
/** Between two looks, however many changes are told. */
const APART_MS = 100;
/** A grant that ends at an instant is over at that instant; timers may be early by a hair. */
const OVER_MS = 2;
/** After a look that failed. */
const RETRY_MS = 500;

/** What is known of the person at a socket. */
export interface Seat {
  actor: StaffActor;
  token: string;
  /** The round of rechecks in which the person was resolved. */
  known: number;
  /** Open boards: the organisation that was asked for, by the key of its scope. */
  boards: Map<string, string | null>;
}

/** A socket as far as this needs it. */
interface Seated {
  id: string;
  rooms: Set<string>;
  data: Seat;
  join(rooms: string[]): unknown;
  leave(room: string): unknown;
  disconnect(close: boolean): unknown;
  emit(event: 'board', push: BoardPush): unknown;
}

export interface Recheck {
  /** Looks at every socket as soon as possible. */
  now(): void;
  /** How often something was told. */
  rounds(): number;
  /** A socket has joined: it is looked at again if something was told since it was admitted. */
  joined(socket: Seated): void;
  stop(): void;
}

/** Starts looking, until stopped. */
export function startRecheck(
  deps: Deps,
  sockets: () => Iterable<Seated>,
  roomsOf: (actor: StaffActor) => string[],
  found: (scope: BoardScope) => void,
): Recheck {
  let rounds = 0;
  let running = false;
  let again = false;
  let stopped = false;
  let wakeAt = Infinity;
  let lookedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const wake = (inMs: number) => {
    const at = Math.max(performance.now() + inMs, lookedAt + APART_MS);
    if (stopped || at >= wakeAt) return;
    clearTimeout(timer);
    wakeAt = at;
    timer = setTimeout(() => void look(), at - performance.now()).unref();
  };
  const look = async () => {
    wakeAt = Infinity;
    if (running) return void (again = true);
    running = true;
    again = false;
    lookedAt = performance.now();
    let next = EVERY_MS;
    try {
      const until = await checkAll(deps, [...sockets()], roomsOf, found);
      if (until !== null) next = Math.min(next, until + OVER_MS);
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'recheck');
      next = RETRY_MS;
    }
    running = false;
    wake(again ? 0 : next);
  };
  const now = () => {
    rounds += 1;
    wake(0);
  };
  /** The timer knows the grants of those who were there when it was set. */
  const include = async (userId: string) => {
    const until = await untilGrantsChange(deps.db, [userId]);
    if (until !== null && until < EVERY_MS) wake(until + OVER_MS);
  };
  wake(EVERY_MS);
  return {
    now,
    rounds: () => rounds,
    joined: (socket) => {
      if (socket.data.known !== rounds) now();
      else void include(socket.data.actor.userId).catch(now);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** @returns milliseconds until a grant of somebody here begins or ends by itself. */
async function checkAll(
  deps: Deps,
  sockets: Seated[],
  roomsOf: (actor: StaffActor) => string[],
  found: (scope: BoardScope) => void,
): Promise<number | null> {
  const actors = await resolveSessions(
    deps,
    sockets.map((s) => s.data.token),
  );
  const left: Seated[] = [];
  for (const socket of sockets) {
    const actor = actors.get(socket.data.token);
    if (!actor) {
      socket.disconnect(true);
      continue;
    }
    if (!sameRights(socket.data.actor, actor)) socket.data.actor = actor;
    const wanted = new Set(roomsOf(actor));
    for (const room of socket.rooms)
      if (/^(?:staff|user|session|center|org)(?::|$)/.test(room) && !wanted.has(room))
        socket.leave(room);
    socket.join([...wanted].filter((room) => !socket.rooms.has(room)));
    left.push(socket);
  }
  await checkOrders(deps, left);
  await Promise.all(left.map((socket) => checkBoards(deps, socket, found)));
  return untilGrantsChange(
    deps.db,
    left.map((s) => s.data.actor.userId),
  );
}

/** Whether a person may still do what they might. */
const sameRights = (a: StaffActor, b: StaffActor): boolean =>
  a.reach.size === b.reach.size &&
  [...a.reach].every((id) => b.reach.has(id)) &&
  JSON.stringify(a.grants) === JSON.stringify(b.grants);

async function checkOrders(deps: Deps, sockets: Seated[]): Promise<void> {
  const watched = (s: Seated) =>
    [...s.rooms].filter((room) => room.startsWith('order:')).map((room) => room.slice(6));
  // Of the rooms that were there when it was asked; later ones were joined by the rights of now.
  const rooms = sockets.map((socket) => ({ socket, ids: watched(socket) }));
  const maySee = await whoSees(
    deps.db,
    rooms.flatMap((r) => r.ids),
  );
  for (const { socket, ids } of rooms)
    for (const id of ids) if (!maySee(socket.data.actor, id)) void socket.leave(`order:${id}`);
}

async function checkBoards(
  deps: Deps,
  socket: Seated,
  found: (scope: BoardScope) => void,
): Promise<void> {
  const { actor, boards } = socket.data;
  for (const [key, asked] of boards) {
    const scope = await boardScope(deps.db, actor, asked).catch((error: unknown) => {
      if (error instanceof AppError && ['not_allowed', 'not_found'].includes(error.code))
        return null;
      throw error;
    });
    if (scope?.key === key) {
      found(scope);
      continue;
    }
    boards.delete(key);
    socket.leave(`board:${key}`);
    // Follows no count: the page asks again and learns what it may see now.
    const at = new Date(0).toISOString();
    socket.emit('board', { scope: key, epoch: '', seq: 0, at, changes: [], lists: [] });
  }
}
