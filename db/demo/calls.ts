/** Which demands are told at the telephone itself, and the calls that make no order: pure, from the seed. */
import type { Caller, City, Planned } from './plan.ts';
import { dice } from './random.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Calls are played in full in the last part of a play (two days of a fortnight); before that a share stands for all. */
const FULL_PART = 7;
const SHARE_BEFORE = 0.08;
/** Of so many calls one is given up by its caller, and so many make no order. */
const ABANDONED_SHARE = 0.07;
const ORDERLESS_SHARE = 0.1;
/** Calls given up shortly before the end, minutes before it: one is overdue by then. */
const LEFT_MINUTES = [47, 22, 14, 9, 5, 2];
/** When those call who only shout, as a share of the calls: one is restricted, the other may be. */
const SHOUTS: { phone: string; calls: [share: number, kind: OrderlessKind][] }[] = [
  {
    phone: '13700009999',
    calls: [
      [0.62, 'warned'],
      [0.74, 'warned'],
      [0.86, 'restricted'],
      [0.95, 'refused'],
    ],
  },
  {
    phone: '13700009998',
    calls: [
      [0.68, 'warned'],
      [0.8, 'warned'],
      [0.92, 'proposed'],
    ],
  },
];

export type OrderlessKind =
  /** Asked something that needs no order; dialled the wrong number. */
  | 'asked'
  | 'wrong'
  /** Gave up before anybody answered: called back in time, late, calls again, or still waits. */
  | 'returned'
  | 'returned_late'
  | 'called_again'
  | 'left'
  /** Shouted, was warned; the operator asks for a restriction, which is decided or not yet; refused. */
  | 'warned'
  | 'proposed'
  | 'restricted'
  | 'refused';

export interface OrderlessCall {
  key: string;
  at: number;
  caller: Caller;
  kind: OrderlessKind;
}

const isFull = ({ endAt, days }: City, p: Planned): boolean =>
  p.at >= endAt - (days * DAY) / FULL_PART;

/** Whether this demand comes as a call of its own, and is not only typed. */
export function isCall(city: City, p: Planned): boolean {
  if (p.said.channel !== 'phone' || p.byWeb) return false;
  return isFull(city, p) || dice(city.seed, 'call', p.key).chance(SHARE_BEFORE);
}

/** Whether this demand comes as a chat of its own. */
export const isChat = (p: Planned): boolean => p.said.channel === 'chat';

const RETURNS = ['returned', 'called_again', 'returned_late', 'returned', 'returned'] as const;

/** The calls of the play that make no order; each comes at the instant of one that does. */
export function orderlessCalls(city: City): OrderlessCall[] {
  const calls = city.orders.filter((p) => isCall(city, p));
  if (calls.length === 0) return [];
  const caller = (n: number): Caller => ({
    phone: `1370000${String(n).padStart(4, '0')}`,
    name: '',
  });
  const d = dice(city.seed, 'orderless');
  // What is given up must be called back before the play ends.
  const early = calls.filter((p) => p.at < city.endAt - 3 * 60 * MINUTE);
  const pick = () => d.pick(early.length > 0 ? early : calls).at;
  const shouted = (share: number) => calls[Math.floor(calls.length * share)]!.at;
  const asked = Math.round(calls.length * ORDERLESS_SHARE);
  const abandoned = Math.round(calls.length * ABANDONED_SHARE);
  const list: Omit<OrderlessCall, 'key'>[] = [
    ...Array.from({ length: asked }, (_, i) => ({
      at: pick(),
      caller: caller(1000 + i),
      kind: d.chance(0.7) ? ('asked' as const) : ('wrong' as const),
    })),
    ...Array.from({ length: early.length > 0 ? abandoned : 0 }, (_, i) => ({
      at: pick(),
      caller: caller(2000 + i),
      kind: RETURNS[i % RETURNS.length]!,
    })),
    ...LEFT_MINUTES.map((m, i) => ({
      at: city.endAt - m * MINUTE,
      caller: caller(3000 + i),
      kind: 'left' as const,
    })),
    ...SHOUTS.flatMap(({ phone, calls: theirs }) =>
      theirs.map(([share, kind]) => ({ at: shouted(share), caller: { phone, name: '' }, kind })),
    ),
  ];
  return list.map((call, i) => ({ ...call, key: `x${String(i).padStart(3, '0')}` }));
}
