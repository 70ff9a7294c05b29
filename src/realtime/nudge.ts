import type { ChatState } from '../kernel/words.ts';
import type { BoardPush, BoardView } from '../supervision/schema.ts';

/** What a socket says: something changed, fetch it. No personal data, no content. */
export interface Nudge {
  room: string;
  /** The event's name. */
  type: string;
  /** Order id. */
  id: string;
  /** The order's version after the event; a client drops what is not newer. */
  version: number;
}

export interface ServerToClient {
  /** Changed figures of a board that was asked for. */
  board: (push: BoardPush) => void;
  /** Something may have been missed: fetch what is on screen anew. `at`: the platform's clock, which was moved. */
  resync: (at?: string) => void;
  nudge: (nudges: Nudge[]) => void;
}
/** What the widget of a citizen hears: fetch what is new. Only what changed is there. */
export interface ChatNews {
  lastSeq?: number;
  state?: ChatState;
  position?: number;
  expectedWaitSeconds?: number | null;
  /** The operator types just now. */
  typing?: true;
}
export interface ServerToVisitor {
  news: (news: ChatNews) => void;
}
export interface VisitorToServer {
  typing: () => void;
}

export interface ClientToServer {
  /** The operator types in this chat. */
  chat_typing: (chatId: string) => void;
  /** Asks to follow one order; answered `false` when it may not be seen. */
  watch: (orderId: string, answer: (ok: boolean) => void) => void;
  unwatch: (orderId: string) => void;
  /** Opens one board (null: the widest the viewer may see); the answer is its whole state, null = refused. */
  board: (organizationId: string | null, answer: (view: BoardView | null) => void) => void;
  unboard: (scope: string) => void;
}
