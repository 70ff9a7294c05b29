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
  /** Something may have been missed: fetch what is on screen anew. */
  resync: () => void;
  nudge: (nudges: Nudge[]) => void;
}
export interface ClientToServer {
  /** Asks to follow one order; answered `false` when it may not be seen. */
  watch: (orderId: string, answer: (ok: boolean) => void) => void;
  unwatch: (orderId: string) => void;
}
