import type { Channel, DemandType, GiveUpReason, Solved } from '../kernel/words.ts';

/** The numbers of follow-up in the policy document (domain.md §2.10). */
export interface Numbers {
  /** Failed attempts, and days they must be spread over, before a link is sent. */
  readonly attempts: number;
  readonly attemptDays: number;
  /** Minutes after a call that reached nobody before the next one counts. */
  readonly attemptMinutes: number;
  /** Days a rating link stays open. */
  readonly linkDays: number;
  /** One consultation in this many is called; the others get a link. */
  readonly consultationSample: number;
}

/** What deciding on follow-up needs to know of an order. */
export interface Due {
  orderNo: string;
  type: DemandType | null;
  channel: Channel;
  confidential: boolean;
  anonymous: boolean;
  wishCallback: boolean;
  hasPhone: boolean;
}

export type Method = { kind: 'call' } | { kind: 'link' } | { kind: 'exempt'; reason: GiveUpReason };

const ONLINE: readonly Channel[] = ['web', 'app', 'wechat', 'chat', 'mail'];
const ALWAYS_CALLED: readonly (DemandType | null)[] = ['complaint', 'report', 'help'];

/** Who is called, who gets a link, and who is left alone (domain.md §2.10). */
export function methodFor(d: Due, n: Pick<Numbers, 'consultationSample'>): Method {
  if (d.type === 'praise') return { kind: 'exempt', reason: 'praise' };
  if (d.confidential) return { kind: 'exempt', reason: 'confidential' };
  if (d.anonymous) return { kind: 'exempt', reason: 'anonymous' };
  if (!d.wishCallback) return { kind: 'exempt', reason: 'no_callback_wish' };
  if (ONLINE.includes(d.channel) || !d.hasPhone) return { kind: 'link' };
  if (ALWAYS_CALLED.includes(d.type)) return { kind: 'call' };
  if (d.type === 'consultation' && inSample(d.orderNo, n.consultationSample))
    return { kind: 'call' };
  return { kind: 'link' };
}

/** One in so many of a day's orders by their sequence, the same ones whoever asks. */
export const inSample = (orderNo: string, oneIn: number): boolean =>
  Number(orderNo.slice(8, -1)) % oneIn === 0;

/** Whether the citizen has been tried often enough for a link to go out instead. */
export function linkIsDue(
  attempts: readonly { result: string; cityDay: string }[],
  n: Pick<Numbers, 'attempts' | 'attemptDays'>,
): boolean {
  const failed = attempts.filter((a) => a.result !== 'reached');
  const days = new Set(failed.map((a) => a.cityDay));
  return failed.length >= n.attempts && days.size >= n.attemptDays;
}

const MINUTE_MS = 60_000;
/** Until when another call would be no new attempt; null: it may be made at once. */
export function waitsUntil(
  attempts: readonly { result: string; at: Date }[],
  now: Date,
  n: Pick<Numbers, 'attemptMinutes'>,
): Date | null {
  const last = attempts.at(-1);
  if (!last || last.result === 'reached') return null;
  const next = new Date(last.at.getTime() + n.attemptMinutes * MINUTE_MS);
  return next > now ? next : null;
}

/** Whether what the citizen said calls for doing it again; the supervisor decides. */
export const proposesRedo = (
  e: { solved: Solved | null; satisfaction: number | null },
  round: number,
  roundMax: number,
): boolean =>
  round < roundMax &&
  (e.solved === 'not_solved' ||
    (e.solved === 'partly_solved' && e.satisfaction !== null && e.satisfaction <= 2));

export type Conclusion = 'answered' | 'solved' | 'partly_solved' | 'explained' | 'unreachable';

const BY_SOLVED: Record<Solved, Conclusion> = {
  solved: 'solved',
  partly_solved: 'partly_solved',
  not_solved: 'explained',
};

/**
 * How an order is closed: the citizen's word first, else the unit's; never "solved" because
 * nobody could be reached.
 */
export function closingTypeFor(c: {
  direct: boolean;
  saidSolved: Solved | null;
  replySolved: Solved | null;
  givenUp: GiveUpReason | null;
}): Conclusion {
  if (c.givenUp === 'link_expired') return 'unreachable';
  if (c.direct) return c.saidSolved === 'not_solved' ? 'explained' : 'answered';
  const solved = c.saidSolved ?? c.replySolved;
  return solved ? BY_SOLVED[solved] : 'answered';
}

/** What a person may close an order as, by what the citizen said of "solved". */
const NOT_BETTER: Record<Solved, readonly string[]> = {
  solved: ['answered', 'solved'],
  partly_solved: ['answered', 'partly_solved', 'explained', 'unreasonable'],
  not_solved: ['explained', 'unreasonable'],
};

/** What is wrong with closing by hand: better than the citizen said, or a redo declined in silence. */
export function closingIssues(
  input: { closingType: string; reason: string },
  said: Solved | null,
  redoProposed: boolean,
): { path: string; message: string; code: string }[] {
  const issues = [];
  if (said && !NOT_BETTER[said].includes(input.closingType)) {
    issues.push({ path: 'closingType', message: 'better than the citizen said', code: 'invalid' });
  }
  if (redoProposed && input.reason === '') {
    issues.push({ path: 'reason', message: 'why it is not redone', code: 'required' });
  }
  return issues;
}
