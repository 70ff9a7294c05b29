/** A page that shows a board: the console's own feed, driven by a real socket. */
import type { BoardPush, BoardView } from '../../src/supervision/schema.ts';
import { BoardFeed } from '../../web/console/data/board.ts';
import { openScreen, until } from '../processes.ts';
import type { Browser, House, Screen } from '../processes.ts';

export interface BoardScreen {
  screen: Screen;
  feed: BoardFeed;
  /** Answers over the socket, in order; null = refused. */
  answers: (BoardView | null)[];
  pushes: { push: BoardPush; heardAt: number }[];
  /** How often the whole was asked for. */
  asked(): number;
  /** Handles pushes only when let go, to lose some. */
  filter(keep: (push: BoardPush) => boolean): void;
}

const ANSWER_MS = 10_000;
/** Longer than any push takes, shorter than the signs of life, which count anew whatever was heard. */
const PUSHED_MS = 6_000;

export async function openBoard(
  url: string,
  who: Browser,
  organizationId: string | null = null,
): Promise<BoardScreen> {
  const screen = await openScreen(url, who);
  const answers: BoardScreen['answers'] = [];
  const pushes: BoardScreen['pushes'] = [];
  let asked = 0;
  let keep: (push: BoardPush) => boolean = () => true;
  const feed: BoardFeed = new BoardFeed({
    ask: async () => {
      asked += 1;
      const view = (await screen.socket
        .timeout(ANSWER_MS)
        .emitWithAck('board', organizationId)) as BoardView | null;
      answers.push(view);
      return view;
    },
    changed: () => {},
    lists: () => {},
    now: () => performance.now(),
  });
  screen.socket.on('board', (push: BoardPush) => {
    pushes.push({ push, heardAt: performance.now() });
    if (keep(push)) feed.push(push);
  });
  screen.socket.on('connect', () => void feed.ask());
  screen.socket.on('disconnect', () => feed.lost());
  await feed.ask();
  return { screen, feed, answers, pushes, asked: () => asked, filter: (k) => void (keep = k) };
}

/** Waits until the page shows what a fresh reading answers. */
export async function sameAsFresh(
  board: BoardScreen,
  who: Browser,
  organizationId: string | null = null,
  limitMs = PUSHED_MS,
): Promise<BoardView> {
  const query = organizationId ? `?organizationId=${organizationId}` : '';
  const look = async () => {
    const { body, status } = await who.get<BoardView>(`/api/board${query}`);
    const shown = board.feed.state;
    if (status !== 200 || shown.status !== 'live' || !shown.view) return null;
    const [a, b] = [body.figures, shown.view.figures].map((f) => JSON.stringify(sorted(f)));
    if (a !== b) throw new Error(`fresh ${a}\nshown ${b}`);
    return body;
  };
  return until('the page shows what a fresh reading answers', look, limitMs);
}

/** The same with keys in order, so that texts of equal figures are equal. */
export function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** Moves the platform's clock; every process follows. */
export const moveBy = (h: House, ms: number) =>
  h.owner.query('update app_clock set offset_ms = offset_ms + $1', [Math.round(ms)]);
