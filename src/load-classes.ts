/**
 * What is put off under load, on one screen. A route that is not here is never put off: submissions,
 * acts, emergencies, the doors of the telephone, chats, sign-in, and the one order that somebody opens.
 */
import type { LoadClass } from './platform/rules.ts';

/** Routes that only read, by class. */
export const PUT_OFF: Readonly<Record<LoadClass, readonly string[]>> = {
  reports: [
    '/api/rates',
    '/api/rates/orders',
    '/api/operations',
    '/api/telephony/connect-rate',
    '/api/clocks/health',
  ],
  lists: [
    '/api/board',
    '/api/board/escalations',
    '/api/board/orders',
    '/api/orders',
    '/api/orders/counts',
    '/api/inbox',
    '/api/inbox/counts',
    '/api/callbacks',
    '/api/callbacks/counts',
    '/api/supervisions',
    '/api/notifications',
    '/api/deliveries',
    '/api/door/messages',
    '/api/telephony/calls',
    '/api/telephony/restricted-callers',
    '/api/telephony/restriction-proposals',
    '/api/telephony/restriction-proposals/count',
    '/api/telephony/warned-callers',
  ],
};

/** Of the lists, what nobody looks at elsewhere: emergencies that somebody wrote. */
export const isUrgent = (path: string, queue: string | undefined): boolean =>
  path === '/api/orders' && queue === 'emergency';

/** Put off like a list where it asks for words of a demand; a number is found at once, under any load. */
export const SEARCH = '/api/orders/find';
