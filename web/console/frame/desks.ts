import type { TextKey } from '../../../src/contract.ts';
import type { Desk, Me } from '../../../src/identity/schema.ts';
import { useCallbackCounts, useInboxCounts, useOrderCounts } from '../data/queries.ts';
import { holds, isCenterStaff } from '../data/session.tsx';

export const DESK_PATH: Record<Desk, string> = {
  operator: '/operator',
  dispatch: '/dispatch',
  inbox: '/inbox',
  audit: '/audit',
  followup: '/followup',
  orders: '/orders',
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
  const counts: Partial<Record<Desk, number | undefined>> = {
    dispatch: orders?.pending_dispatch,
    audit: orders?.pending_audit,
    inbox: inbox?.open,
    followup: holds(me, 'callback_agent') ? callbacks?.call : callbacks?.redo_proposed,
  };
  return me.desks.map((desk) => ({
    desk,
    to: DESK_PATH[desk],
    label: `desk.${desk}`,
    count: counts[desk],
  }));
}
