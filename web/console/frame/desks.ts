import type { TextKey } from '../../../src/contract.ts';
import type { Desk, Me } from '../../../src/identity/schema.ts';
import type { BoardFigures } from '../../../src/supervision/schema.ts';
import { useBoard } from '../data/board-live.ts';
import { useChatDesk, useChatNews, type Desk as ChatDesk } from '../data/chat.ts';
import { useProposalCount, useReturnCount } from '../data/returns.ts';
import { useCallbackCounts, useInboxCounts, useOrderCounts } from '../data/queries.ts';
import { holds, isCenterStaff } from '../data/session.tsx';

export const DESK_PATH: Record<Desk, string> = {
  operator: '/operator',
  calls: '/calls',
  chat: '/chat',
  dispatch: '/dispatch',
  inbox: '/inbox',
  audit: '/audit',
  followup: '/followup',
  board: '/board',
  overdue: '/overdue',
  supervision: '/supervision',
  rates: '/rates',
  orders: '/orders',
  calendar: '/calendar',
  doors: '/doors',
};

export interface Place {
  desk: Desk;
  to: string;
  label: TextKey;
  count: number | undefined;
}

/** The desks of this person, with what waits there. */
export function usePlaces(me: Me): Place[] {
  const center = isCenterStaff(me);
  const has = (desk: Desk) => me.desks.includes(desk);
  const orders = useOrderCounts(center).data;
  const inbox = useInboxCounts(has('inbox')).data;
  const callbacks = useCallbackCounts(has('followup')).data;
  // The widest board a person may see; its pushes move the counts without asking.
  const figures = useBoard(null, has('overdue')).view?.figures;
  useChatNews(has('chat'));
  const chats = useChatDesk(has('chat')).data;
  const operator = holds(me, 'operator');
  const returns = useReturnCount(has('calls') && operator);
  const proposals = useProposalCount(has('calls') && !operator);
  const counts: Partial<Record<Desk, number | undefined>> = {
    // Whoever oversees decides what operators ask for.
    calls: operator ? returns : proposals,
    dispatch: orders?.triage,
    audit: orders?.pending_audit,
    // Whoever takes demands in reads here what of it was not taken up yet.
    orders: operator ? orders?.registered : undefined,
    // Who waits for an operator, or for an answer; who looks after all sees those who wait too long.
    chat: chats && (operator ? waitingIn(chats) : chats.queue.late),
    inbox: inbox?.open,
    followup: holds(me, 'callback_agent') ? callbacks?.call : callbacks?.redo_proposed,
    overdue: figures?.stages.final?.overdue ?? (figures && 0),
    // What a unit has answered waits for the centre: it is the unit's work no more.
    supervision: figures && (center ? underSupervision : unanswered)(figures),
  };
  return me.desks.map((desk) => ({
    desk,
    to: DESK_PATH[desk],
    label: `desk.${desk}`,
    count: counts[desk],
  }));
}

/** Citizens who wait for this operator to say something, or for any operator. */
export const waitingIn = ({ mine, queue }: ChatDesk): number =>
  mine.filter((chat) => chat.unread > 0).length + queue.waiting;

/** Supervision orders that the unit has to answer. */
export const unanswered = ({ supervision }: Pick<BoardFigures, 'supervision'>): number =>
  Object.values(supervision.open).reduce((sum, n) => sum + n, 0);

/** Supervision orders that are not settled: the unit has to answer, or the centre to judge. */
export const underSupervision = ({ supervision }: Pick<BoardFigures, 'supervision'>): number =>
  unanswered({ supervision }) + supervision.replied;
