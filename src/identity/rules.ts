import type { Actor } from '../kernel/actor.ts';
import { CENTER_ROLES } from '../kernel/words.ts';
import type { Party, Role } from '../kernel/words.ts';

/** What an act lets whom do: the `by` of a life-cycle row, or a list written for a reading rule. */
export interface Rule {
  readonly by: readonly Party[];
}

/** What is known of the thing acted on, for one actor. */
export interface Subject {
  /** Whether the actor may see it at all; if not, it does not exist for them. */
  readonly visible: boolean;
  readonly orderId: string | null;
  /** Units whose people may act in a unit role: those of the assignment(s) concerned. */
  readonly unitIds: readonly string[];
  /** Earlier parts of this person in this order that the act may not meet. */
  readonly clashes: readonly string[];
}

export type Verdict =
  | { ok: true; party: Party; organizationId: string | null }
  | { ok: false; code: 'not_found' | 'not_allowed' | 'separation_of_duties' };

const center: ReadonlySet<string> = new Set(CENTER_ROLES);

/** Whether the role belongs to the centre and thus reaches every order. */
export const isCenterRole = (role: Party): boolean => center.has(role);

export const worksInCenter = (actor: Actor): boolean =>
  actor.kind === 'staff' && actor.grants.some((g) => isCenterRole(g.role));

/**
 * The one decision on who may: role, unit, and separation of duties, in this order.
 * What one may not see answers `not_found`, never `not_allowed`.
 */
export function can(actor: Actor, rule: Rule, subject: Subject): Verdict {
  if (!subject.visible) return { ok: false, code: 'not_found' };
  if (actor.kind === 'system') return outsider(rule, 'system');
  if (actor.kind === 'citizen') {
    return actor.orderId === subject.orderId
      ? outsider(rule, 'citizen')
      : { ok: false, code: 'not_found' };
  }
  const grant = rule.by
    .flatMap((party) => actor.grants.filter((g) => g.role === party))
    .find((g) => isCenterRole(g.role) || subject.unitIds.includes(g.organizationId));
  if (!grant) return { ok: false, code: 'not_allowed' };
  if (subject.clashes.length > 0) return { ok: false, code: 'separation_of_duties' };
  return { ok: true, party: grant.role, organizationId: grant.organizationId };
}

const outsider = (rule: Rule, party: 'citizen' | 'system'): Verdict =>
  rule.by.includes(party)
    ? { ok: true, party, organizationId: null }
    : { ok: false, code: 'not_allowed' };

/** Hours without a request after which a staff session ends; a shift is 8 hours. */
export const SESSION_IDLE_HOURS = 8;
/** Hours after which a staff session ends whatever happens. */
export const SESSION_MAX_HOURS = 12;

/** Failed sign-ins within the window that lock an account's sign-in, and those that lock a source. */
export const SIGN_IN_LIMIT = { windowMinutes: 15, perLogin: 5, perSource: 100 } as const;

/** The desks of the console in the order of the top bar; which of them a person sees follows from the roles, and the first is where they begin. */
export const DESKS = [
  'operator',
  'dispatch',
  'inbox',
  'audit',
  'board',
  'overdue',
  'supervision',
  'followup',
  'rates',
  'calls',
  'chat',
  'orders',
  'calendar',
  'doors',
] as const;
export type Desk = (typeof DESKS)[number];

/** The desks each role works at; the top bar keeps the order of `DESKS`. */
export const DESKS_OF: Record<Role, readonly Desk[]> = {
  operator: ['operator', 'calls', 'chat', 'orders'],
  dispatcher: ['dispatch', 'board', 'orders'],
  callback_agent: ['followup', 'orders'],
  auditor: ['audit', 'orders'],
  arbiter: ['orders'],
  supervisor: [
    'board',
    'overdue',
    'supervision',
    'followup',
    'rates',
    'chat',
    'orders',
    'calls',
    'calendar',
  ],
  center_admin: [
    'board',
    'overdue',
    'supervision',
    'rates',
    'chat',
    'orders',
    'calls',
    'calendar',
    'doors',
  ],
  unit_receiver: ['inbox'],
  handler: ['inbox'],
  unit_leader: ['inbox', 'board', 'overdue', 'supervision', 'rates'],
  command_room: ['inbox', 'board', 'overdue', 'rates'],
  grid_worker: ['inbox'],
  secret_officer: [],
  publisher: [],
};
