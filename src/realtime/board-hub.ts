/**
 * The boards that somebody at this process looks at: counted again when something of them happened,
 * when the next lamp changes by itself, and at every sign of life; what changed is pushed.
 */
import { randomUUID } from 'node:crypto';
import type { News } from '../platform/realtime-bus.ts';
import type { BoardScope, Counted } from '../supervision/index.ts';
import type { BoardFigures, BoardPush } from '../supervision/schema.ts';
import { changesBetween, concerns, listBehind, listsOf } from './board-changes.ts';

/** A board is counted at most this often, and waits twice as long as its last count took. */
const APART_MS = 250;
const RESTS = 2;
/** Without news a board says this often that it lives, counted anew. */
const SIGN_OF_LIFE_MS = 10_000;
/** After a count that failed. */
const RETRY_MS = 1_000;
/** Counts at once, so that boards leave connections for the others. */
const COUNTING_MAX = 3;

/** One state of a board: pushes with higher numbers of the same epoch follow it. */
export interface BoardState {
  figures: BoardFigures;
  at: Date;
  epoch: string;
  seq: number;
}

interface Outside {
  count: (scope: BoardScope) => Promise<Counted>;
  push: (push: BoardPush) => void;
  failed: (error: unknown) => void;
}

interface Open {
  scope: BoardScope;
  known: { figures: BoardFigures; at: Date } | null;
  /** Lists that may have changed since the last push. */
  lists: Set<BoardPush['lists'][number]>;
  seq: number;
  /** Waits for the first count. */
  first: { promise: Promise<void>; done: () => void; gone: (error: Error) => void };
  counting: boolean;
  /** Something happened while it was counted. */
  again: boolean;
  countedAt: number;
  /** Milliseconds from the start of one count to that of the next, at least. */
  apart: number;
  saidAt: number;
  wakeAt: number;
  timer: NodeJS.Timeout | undefined;
}

function waiting(): Open['first'] {
  let done = () => {};
  let gone: (error: Error) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => ((done = resolve), (gone = reject)));
  // Who waits hears of it; where nobody waits it is no fault.
  promise.catch(() => {});
  return { promise, done, gone };
}

export class BoardHub {
  /** Names this life of the process. */
  readonly #epoch = randomUUID();
  readonly #boards = new Map<string, Open>();
  readonly #outside: Outside;
  #counting = 0;
  readonly #queue: (() => void)[] = [];

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Holds a board open and answers its state; the caller hears its pushes already. */
  async open(scope: BoardScope): Promise<BoardState> {
    const board = this.#boards.get(scope.key) ?? this.#start(scope);
    this.update(scope);
    await board.first.promise;
    return { ...board.known!, epoch: this.#epoch, seq: board.seq };
  }

  /** A scope whose units may have changed; boards that nobody opened stay closed. */
  update(scope: BoardScope): void {
    const board = this.#boards.get(scope.key);
    if (!board) return;
    const same = String(board.scope.organizationIds) === String(scope.organizationIds);
    board.scope = scope;
    if (!same) this.#soon(board);
  }

  /** Nobody looks any more. */
  drop(key: string): void {
    const board = this.#boards.get(key);
    if (!board) return;
    this.#boards.delete(key);
    clearTimeout(board.timer);
    board.first.gone(new Error('nobody looks at this board any more'));
  }

  /** Something happened. */
  hear(news: News): void {
    for (const board of this.#boards.values()) {
      const types = Object.keys(news).filter((type) =>
        concerns(board.scope.organizationIds, type, news[type]!),
      );
      if (types.length === 0) continue;
      for (const type of types) for (const list of listsOf(type)) board.lists.add(list);
      this.#soon(board);
    }
  }

  /** Anything may have happened: news were missed, or the clock was moved. */
  recount(): void {
    for (const board of this.#boards.values()) {
      board.lists.add('orders').add('escalations');
      this.#soon(board);
    }
  }

  close(): void {
    for (const key of this.#boards.keys()) this.drop(key);
  }

  #start(scope: BoardScope): Open {
    const board: Open = {
      scope,
      known: null,
      lists: new Set(),
      // Never lower than before, also where the board was closed meanwhile: it counts slower than
      // milliseconds pass.
      seq: Math.floor(performance.now()),
      first: waiting(),
      counting: false,
      again: false,
      countedAt: -Infinity,
      apart: APART_MS,
      saidAt: performance.now(),
      wakeAt: Infinity,
      timer: undefined,
    };
    this.#boards.set(scope.key, board);
    this.#soon(board);
    return board;
  }

  /** As soon as it may be counted again. */
  #soon(board: Open): void {
    if (board.counting) board.again = true;
    else this.#wake(board, board.countedAt + board.apart);
  }

  #wake(board: Open, at: number): void {
    if (at >= board.wakeAt) return;
    clearTimeout(board.timer);
    board.wakeAt = at;
    board.timer = setTimeout(() => void this.#run(board), Math.max(0, at - performance.now()));
    board.timer.unref();
  }

  async #run(board: Open): Promise<void> {
    board.wakeAt = Infinity;
    board.counting = true;
    board.again = false;
    const lists = board.lists;
    board.lists = new Set();
    let next = RETRY_MS;
    try {
      const counted = await this.#inTurn(() => {
        board.countedAt = performance.now();
        return this.#outside.count(board.scope);
      });
      board.apart = Math.max(APART_MS, (1 + RESTS) * (performance.now() - board.countedAt));
      if (this.#boards.get(board.scope.key) !== board) return;
      this.#tell(board, counted, lists);
      // A lamp changes strictly after its instant.
      next = counted.next ? counted.next.getTime() - counted.at.getTime() + 2 : Infinity;
    } catch (error) {
      for (const list of lists) board.lists.add(list);
      this.#outside.failed(error);
    } finally {
      board.counting = false;
      if (this.#boards.get(board.scope.key) === board) this.#goOn(board, next);
    }
  }

  #goOn(board: Open, next: number): void {
    const now = performance.now();
    const apart = board.countedAt + board.apart;
    this.#wake(board, Math.max(apart, Math.min(now + next, board.saidAt + SIGN_OF_LIFE_MS)));
    if (board.again) this.#wake(board, apart);
  }

  #tell(board: Open, counted: Counted, lists: Open['lists']): void {
    const { figures, at } = counted;
    const before = board.known;
    board.known = { figures, at };
    if (!before) return board.first.done();
    const changes = changesBetween(before.figures, figures);
    for (const [path] of changes) for (const list of listBehind(path)) lists.add(list);
    const news = changes.length > 0 || lists.size > 0;
    const now = performance.now();
    if (!news && now < board.saidAt + SIGN_OF_LIFE_MS - APART_MS) return;
    if (news) board.seq += 1;
    board.saidAt = now;
    this.#outside.push({
      scope: board.scope.key,
      epoch: this.#epoch,
      seq: board.seq,
      at: at.toISOString(),
      changes,
      lists: [...lists],
    });
  }

  /** Does the work when there is a free place. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#counting >= COUNTING_MAX) await new Promise<void>((go) => this.#queue.push(go));
    else this.#counting += 1;
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#counting -= 1;
    }
  }
}
