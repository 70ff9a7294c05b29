/**
 * Every desk's lists, their counts and the order page in a city with 10,000, 100,000 and 1,000,000
 * orders behind it: how much longer they take in the largest. `npm run bench -- lists`.
 */
import { it } from 'vitest';
import { MORNING } from '../processes.ts';
import type { Browser, House } from '../processes.ts';
import { LIMIT_MS, grow, named, read, searches } from './sizes.ts';
import type { Question } from './sizes.ts';

const MONTH = MORNING.slice(0, 7);
const DAY = MORNING.slice(0, 11) + '00:00:00Z';

/** Lists with their login; each asks for the first page of fifty, and says how many rows it got. */
const LISTS: readonly (readonly [login: string, path: string])[] = [
  ...['registered', 'pending_dispatch', 'triage', 'emergency', 'awaiting_supplement', 'transferred', 'open', 'all', 'auto_dispatched'].map((q) => ['dispatcher', `/orders?queue=${q}&limit=50`] as const), // prettier-ignore
  ['auditor', '/orders?queue=pending_audit&limit=50'],
  ['operator', '/orders?queue=pending_close&limit=50'],
  ...['open', 'pending_sign', 'signed', 'draft', 'submitted', 'done'].map((f) => ['water', `/inbox?facet=${f}&limit=50`] as const), // prettier-ignore
  ['water', '/notifications'],
  ['water.leader', '/supervisions?limit=20'],
  ['water.leader', '/board'],
  ...['call', 'link', 'done', 'redo_proposed'].map((q) => ['followup', `/callbacks?queue=${q}&limit=50`] as const), // prettier-ignore
  ['supervisor', '/board'],
  ['supervisor', '/board/orders?limit=50'],
  ['supervisor', '/board/escalations?limit=50'],
  ['supervisor', '/supervisions?state=open&limit=50'],
  ['supervisor', '/supervisions?limit=50'],
  // The month that every city has figures of, and three, of which the small one has no more.
  ['supervisor', '/rates?months=1'],
  ['supervisor', '/rates'],
  ['supervisor', '/operations'],
  ['supervisor', `/rates/orders?rate=satisfaction&month=${MONTH}&limit=50`],
  ['admin', '/deliveries?limit=50'],
  ...['dead', 'done'].map((s) => ['admin', `/door/messages?state=${s}&limit=50`] as const),
  ['admin', '/door/sources'],
  ['operator', '/handovers'],
  ['operator', '/telephony/desk'],
  ['operator', '/telephony/queue'],
  ['operator', '/telephony/calls'],
  ...['open', 'mine', 'done'].map((s) => ['followup', `/telephony/return-calls?state=${s}&limit=50`] as const), // prettier-ignore
  ...['current', 'past'].map((s) => ['supervisor', `/telephony/restricted-callers?state=${s}&limit=50`] as const), // prettier-ignore
  ['supervisor', '/telephony/restriction-proposals?limit=50'],
  ['operator', '/telephony/warned-callers'],
  ['supervisor', `/telephony/connect-rate?from=${encodeURIComponent(DAY)}`],
  ['operator', '/chat/seat'],
  ['supervisor', '/chat/chats'],
  ['operator', '/notifications'],
  ['dispatcher', '/orders/counts'],
  ['water', '/inbox/counts'],
  ['followup', '/callbacks/counts'],
];

/** Of the rates: a longer past tells of more units, and of more reasons to leave an order out. */
const LONGER: readonly string[] = ['units', 'excluded'];
/** Single values of an answer: of figures all that are told, whatever they say. */
const values = (body: unknown): number => {
  if (body === null || typeof body !== 'object') return 1;
  const parts = Object.entries(body).filter(([key]) => !LONGER.includes(key));
  return parts.reduce((n, [, v]) => n + values(v), 0);
};

const rowsOf = (body: unknown): number => {
  if (Array.isArray(body)) return body.length;
  const { items } = body as { items?: unknown[] };
  return items?.length ?? values(body);
};

/** Orders whose page is opened: one that a unit works on, one that is over, the oldest of these. */
const page = (which: string, direction: 'asc' | 'desc') => `(select o.id from work_order o
  where ${which} and not direct and exists (select 1 from deadline d join clock_entry e on e.deadline_id = d.id
    where d.order_id = o.id and d.clock = 'citizen') order by registered_at ${direction} limit 1)`;
const PAGES = `select ${page(`state = 'in_progress'`, 'desc')} as working,
  ${page(`state = 'closed'`, 'desc')} as closed, ${page(`state = 'closed'`, 'asc')} as oldest`;

async function questions(h: House): Promise<Question[]> {
  const { rows } = await h.owner.query(PAGES);
  const pages = Object.entries(rows[0] as Record<string, string>);
  const open = async (b: Browser, id: string) => {
    await Promise.all(['', '/deadlines', '/routing', '/evaluations'].map((p) => read(b, `/orders/${id}${p}`))); // prettier-ignore
    return 1;
  };
  return [
    ...LISTS.map(([login, path]) => ({
      what: path,
      login,
      ask: async (b: Browser) => rowsOf(await read(b, path)),
    })),
    ...pages.map(([name, id]) => ({
      what: `order page, ${name}`,
      login: 'dispatcher',
      ask: (b: Browser) => open(b, id),
    })),
    // One city serves both where both are asked for.
    ...(named('search') ? await searches(h) : []),
  ];
}

it('lists', () => grow('lists', questions), LIMIT_MS);
