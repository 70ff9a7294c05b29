import type { Context } from 'hono';
import type { CitizenActor } from '../../src/kernel/actor.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { readPass, tell } from './cookies.ts';
import type { Said } from './cookies.ts';
import { goTo } from './view.ts';
import type { Site } from './view.ts';

/** A citizen at the own order. */
export type Citizen = CitizenActor & { orderId: string };

/** How files are read for a citizen. */
export const CITIZEN = { kind: 'citizen', center: false, reach: new Set<string>() } as const;

/** The citizen whom the cookie of this browser proves; null when it is missing or over. */
export function citizenOf(c: Context<Env>, site: Site): Citizen | null {
  const orderId = readPass(c, site.deps, 'track');
  return orderId ? { kind: 'citizen', orderId, how: 'query_code' } : null;
}

/** Back to the door, with a word on why. */
export function toDoor(c: Context<Env>, site: Site): Response {
  tell(c, site.deps, 'expired');
  return goTo(c, '/track');
}

/** Back to the order, where one sentence says what came of it. */
export function toOrder(c: Context<Env>, site: Site, said: Said): Response {
  tell(c, site.deps, said);
  return goTo(c, '/track/view');
}
