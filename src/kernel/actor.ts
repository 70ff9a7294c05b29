import type { Role } from './words.ts';

/** One role held in one unit. */
export interface Grant {
  readonly role: Role;
  readonly organizationId: string;
}

/** A signed-in member of staff. `reach` = ids of the own units and everything below them. */
export interface StaffActor {
  readonly kind: 'staff';
  readonly userId: string;
  /** The human being behind the account: separation of duties counts persons, not accounts. */
  readonly personId: string;
  readonly name: string;
  readonly login: string;
  readonly sessionId: string;
  readonly grants: readonly Grant[];
  readonly reach: ReadonlySet<string>;
}

/** A citizen who proved, by query code, one-time link or the telephone it came from, to have raised this one order. */
export interface CitizenActor {
  readonly kind: 'citizen';
  readonly orderId: string | null;
  readonly how: 'submission' | 'query_code' | 'rating_link' | 'caller_number';
}

export interface SystemActor {
  readonly kind: 'system';
}

export type Actor = StaffActor | CitizenActor | SystemActor;

export const SYSTEM: SystemActor = { kind: 'system' };

/** The account to write into rows; null for citizens and the system. */
export const userIdOf = (actor: Actor): string | null =>
  actor.kind === 'staff' ? actor.userId : null;

export const holds = (actor: Actor, ...roles: Role[]): boolean =>
  actor.kind === 'staff' && actor.grants.some((g) => roles.includes(g.role));
