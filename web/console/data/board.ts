/**
 * The figures of one board: asked for once, then moved by pushes. Each push names the count it
 * follows; one that does not fit means that something was missed, and the whole is asked for again.
 * Nothing here knows sockets or pages, so that a test can drive it.
 */
import type { BoardFigures, BoardPush, BoardView } from '../../../src/supervision/schema.ts';

/** Signs of life come at least every ten seconds; after this long the figures count as old. */
export const SILENCE_MS = 25_000;

export interface BoardState {
  view: BoardView | undefined;
  /** Refused: the viewer may not see this board. Waiting: nothing was read yet. */
  status: 'waiting' | 'live' | 'stale' | 'refused';
  /** The platform's clock when the figures were last known to hold, ms. */
  asOf: number;
}

type Tree = { [key: string]: Tree | number };

/** The tree with one number set or taken away; branches that become empty go with their last leaf. */
function withLeaf(tree: Tree, path: readonly string[], value: number | null): Tree {
  const [head = '', ...rest] = path;
  const next = { ...tree };
  const below = tree[head];
  if (rest.length > 0) {
    const branch = withLeaf(typeof below === 'object' ? below : {}, rest, value);
    if (Object.keys(branch).length === 0) delete next[head];
    else next[head] = branch;
  } else if (value === null) delete next[head];
  else next[head] = value;
  return next;
}

export function applyChanges(figures: BoardFigures, changes: BoardPush['changes']): BoardFigures {
  let tree = figures as unknown as Tree;
  for (const [path, value] of changes) tree = withLeaf(tree, path.split('.'), value);
  const moved = tree as unknown as BoardFigures;
  // These are always there, also when nothing is counted in them any more.
  return {
    ...moved,
    units: moved.units ?? {},
    urgencies: moved.urgencies ?? {},
    channels: moved.channels ?? {},
    operators: moved.operators ?? null,
  };
}

/**
 * What a push makes of a view: the next one, the same one when it is already in it, or `gap`.
 * A sign of life may carry the last number again.
 */
export function follow(view: BoardView, push: BoardPush): BoardView | 'gap' {
  if (push.epoch !== view.epoch) return 'gap';
  if (push.seq < view.seq) return view;
  if (push.seq === view.seq) return push.changes.length === 0 ? { ...view, at: push.at } : view;
  if (push.seq > view.seq + 1) return 'gap';
  const figures =
    push.changes.length === 0 ? view.figures : applyChanges(view.figures, push.changes);
  return { ...view, figures, seq: push.seq, at: push.at };
}

interface Outside {
  /** Asks for the whole; null: refused. */
  ask: () => Promise<BoardView | null>;
  changed: (state: BoardState) => void;
  /** Lists behind the figures that may have changed. */
  lists: (lists: BoardPush['lists']) => void;
  /** Milliseconds of a clock that only runs. */
  now: () => number;
}

export class BoardFeed {
  state: BoardState = { view: undefined, status: 'waiting', asOf: 0 };
  readonly #outside: Outside;
  /** Number of the running question; an answer to an earlier one is dropped. */
  #asked = 0;
  #asking = false;
  /** Pushes that came while the whole was asked for. */
  #early: BoardPush[] = [];
  #heardAt = 0;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Reads the whole anew: at the start, after a gap, after a reconnect. */
  async ask(): Promise<void> {
    const mine = ++this.#asked;
    this.#asking = true;
    let view: BoardView | null;
    try {
      view = await this.#outside.ask();
    } catch {
      if (mine === this.#asked) {
        this.#asking = false;
        this.#early = [];
        this.lost();
      }
      return;
    }
    if (mine !== this.#asked) return;
    this.#asking = false;
    const early = this.#early;
    this.#early = [];
    if (view === null) return this.#set({ status: 'refused', view: undefined });
    this.#heard();
    this.#set({ view, status: 'live', asOf: Date.parse(view.at) });
    this.#outside.lists(['orders', 'escalations']);
    for (const push of early) this.push(push);
  }

  push(push: BoardPush): void {
    if (this.#asking) return void this.#early.push(push);
    const { view } = this.state;
    if (!view || push.scope !== view.scope) return;
    const next = follow(view, push);
    if (next === 'gap') return void this.ask();
    this.#heard();
    this.#set({ view: next, status: 'live', asOf: Date.parse(next.at) });
    if (push.lists.length > 0) this.#outside.lists(push.lists);
  }

  /** The connection is gone: the figures stay, and say so. */
  lost(): void {
    if (this.state.status === 'live') this.#set({ status: 'stale' });
  }

  /** @returns whether nothing was heard for too long. */
  isSilent(): boolean {
    return this.state.view !== undefined && this.#outside.now() - this.#heardAt > SILENCE_MS;
  }

  #heard() {
    this.#heardAt = this.#outside.now();
  }
  #set(change: Partial<BoardState>) {
    this.state = { ...this.state, ...change };
    this.#outside.changed(this.state);
  }
}
