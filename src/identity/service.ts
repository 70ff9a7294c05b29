import { hash, verify } from '@node-rs/argon2';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import type { EventPayloads } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import { hashToken, newToken } from '../platform/crypto.ts';
import { appNow, deploymentKind } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { groupCommit } from '../platform/group-commit.ts';
import { forget, hit, unhit, within } from '../platform/throttle.ts';
import { inTransaction, unkept } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { DESKS_OF, SESSION_IDLE_HOURS, SESSION_MAX_HOURS, SIGN_IN_LIMIT } from './rules.ts';
import type { Desk, Me } from './schema.ts';
import { DESKS } from './schema.ts';
import * as store from './store.ts';

/** argon2id with the OWASP minimum of 2024: 19 MiB, 2 passes, 1 lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password, ARGON2);

let decoy: Promise<string> | undefined;

/**
 * Checks login and password; unknown and known logins take the same time and answer the same.
 * @returns the session token, once; only its hash is stored.
 * @throws AppError `wrong_credentials`, `too_many_attempts`.
 */
export async function signIn(
  deps: Deps,
  input: { login: string; password: string; source: string },
  call?: Call,
): Promise<string> {
  const { windowMinutes, perLogin, perSource } = SIGN_IN_LIMIT;
  const byLogin = `sign_in:login:${deps.crypto.mac('throttle', input.login)}`;
  const bySource = `sign_in:source:${deps.crypto.mac('throttle', input.source)}`;
  // Counted before the check, so that parallel guesses cannot slip through together.
  if (!(await within(deps.db, bySource, windowMinutes, perSource))) fail('too_many_attempts');
  if ((await hit(deps.db, byLogin, windowMinutes)) > perLogin) fail('too_many_attempts');
  const user = await store.findUserByLogin(deps.db, input.login);
  const stored = user?.password_hash ?? (await (decoy ??= hashPassword(newToken())));
  const right = await verify(stored, input.password);
  if (!right || !user?.active || !user.password_hash) {
    fail('wrong_credentials');
  }
  await Promise.all([forget(deps.db, byLogin), unhit(deps.db, bySource)]);
  return startSession(deps, user.id, call);
}

async function startSession(deps: Deps, userId: string, call?: Call): Promise<string> {
  const token = newToken();
  await inTransaction(
    deps,
    SYSTEM,
    async (tx) => {
      await store.insertSession(tx.db, {
        id: newId(),
        tokenHash: hashToken(token),
        userId,
        maxHours: SESSION_MAX_HOURS,
      });
      tx.record({
        type: 'user.signed_in',
        subjectType: 'app_user',
        subjectId: userId,
        payload: {},
      });
    },
    unkept(call),
  );
  return token;
}

/**
 * Signs in without a password: only in a demo, whose accounts are nobody's.
 * @returns the session token. @throws AppError `demo_only`, `not_found`.
 */
export async function openDemoSession(deps: Deps, login: string, call?: Call): Promise<string> {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  const user = await store.findUserByLogin(deps.db, login);
  if (!user?.active || !user.password_hash) fail('not_found');
  return startSession(deps, user.id, call);
}

/** The person behind a session token, or null. */
export const resolveSession = async (deps: Deps, token: string): Promise<StaffActor | null> =>
  (await resolveSessions(deps, [token])).get(token) ?? null;

/** Looks under way at once; one that hangs does not hold all. */
const LOOKS_MAX = 4;

/** `resolveSession` for a server: requests that come while others are looked up share the next look. */
export const sessionReader = (deps: Deps): ((token: string) => Promise<StaffActor | null>) =>
  groupCommit(
    async (tokens) => {
      const found = await resolveSessions(deps, tokens);
      return tokens.map((token) => ({ ok: true, value: found.get(token) ?? null }));
    },
    () => new AppError('busy'),
    () => false,
    LOOKS_MAX,
  );

/** The people behind session tokens; tokens of sessions that are over are left out. */
export async function resolveSessions(
  deps: Deps,
  tokens: readonly string[],
): Promise<Map<string, StaffActor>> {
  const hashes = new Map(tokens.map((token) => [hashToken(token), token]));
  const found = await store.findSessions(deps.db, [...hashes.keys()], SESSION_IDLE_HOURS);
  const actors = new Map<string, StaffActor>();
  const untouched: string[] = [];
  for (const [hash, { stale, ...actor }] of found) {
    if (stale) untouched.push(actor.sessionId);
    actors.set(hashes.get(hash)!, actor);
  }
  // Who is signed in stays so, whether or not it could be written down that they were seen.
  await store
    .touchSessions(deps.db, untouched)
    .catch((error: Error) => deps.log.warn({ error: error.message }, 'sessions not touched'));
  return actors;
}

/** How many operators are signed in. @param now instant of the platform's clock for their grants. */
export const operatorsSignedIn = (db: Reader, now: Date | null = null): Promise<number> =>
  store.countOperators(db, SESSION_IDLE_HOURS, now);

export async function signOut(deps: Deps, actor: StaffActor): Promise<void> {
  await inTransaction(deps, actor, async (tx) => {
    await store.deleteSession(tx.db, actor.sessionId);
    tx.record({
      type: 'user.signed_out',
      subjectType: 'app_user',
      subjectId: actor.userId,
      payload: { sessionId: actor.sessionId },
    });
  });
}

/**
 * Sets the password of the account a one-time link was made for and ends its sessions.
 * @throws AppError `link_invalid`.
 */
export async function activate(
  deps: Deps,
  input: { token: string; password: string },
): Promise<void> {
  // Hashing is dear: nobody makes us do it without a good link.
  if (!(await store.hasActivation(deps.db, hashToken(input.token)))) fail('link_invalid');
  const passwordHash = await hashPassword(input.password);
  await inTransaction(deps, SYSTEM, async (tx) => {
    const userId = await store.useActivation(tx.db, hashToken(input.token));
    if (!userId) fail('link_invalid');
    await store.setPassword(tx.db, userId, passwordHash);
    tx.record({ type: 'user.activated', subjectType: 'app_user', subjectId: userId, payload: {} });
  });
}

/** Hours a one-time activation link stays good. */
const ACTIVATION_HOURS = 24;

interface Invitation {
  login: string;
  name: string;
  organizationId: string;
  role: StaffActor['grants'][number]['role'];
}

/** Makes an account with one role and answers the token of its one-time link. */
export async function inviteUser(deps: Deps, input: Invitation): Promise<string> {
  return inTransaction(deps, SYSTEM, async (tx) => invite(tx, input));
}

/**
 * Makes the centre, where there is none, and an administrator of it; an administrator who exists
 * gets a new one-time link and nothing else. Answers the link's token.
 * @throws AppError `not_allowed` where the login is of somebody who is no administrator.
 */
export async function firstAdmin(
  deps: Deps,
  input: { login: string; name: string },
): Promise<string> {
  return inTransaction(deps, SYSTEM, async (tx) => {
    const grant = {
      organizationId: await store.ensureCenter(tx.db),
      role: 'center_admin',
    } as const;
    const known = await store.findUserByLogin(tx.db, input.login);
    if (!known) return invite(tx, { ...input, ...grant });
    if (!known.active || !(await store.hasGrant(tx.db, { userId: known.id, ...grant }))) {
      fail('not_allowed', {}, `${input.login} is no active administrator of the centre`);
    }
    return issueLink(tx, known.id, grant);
  });
}

async function invite(tx: Tx, input: Invitation): Promise<string> {
  const { login, name, organizationId, role } = input;
  const userId = newId();
  await store.insertUser(tx.db, { id: userId, personId: newId(), login, name });
  await store.insertGrant(tx.db, { id: newId(), userId, organizationId, role });
  return issueLink(tx, userId, { organizationId, role });
}

/** A one-time link for the account; the ones it had are good no more. */
async function issueLink(
  tx: Tx,
  userId: string,
  payload: EventPayloads['user.invited'],
): Promise<string> {
  const token = newToken();
  await store.dropActivations(tx.db, userId);
  await store.insertActivation(tx.db, {
    tokenHash: hashToken(token),
    userId,
    hours: ACTIVATION_HOURS,
  });
  tx.record({ type: 'user.invited', subjectType: 'app_user', subjectId: userId, payload });
  return token;
}

/** What the console needs to know of who is signed in. */
export async function describeMe(deps: Deps, actor: StaffActor): Promise<Me> {
  const [units, kind, now] = await Promise.all([
    store.organizationsById(
      deps.db,
      actor.grants.map((g) => g.organizationId),
    ),
    deploymentKind(deps.db),
    appNow(deps.db),
  ]);
  const mine = new Set<Desk>(actor.grants.flatMap((g) => DESKS_OF[g.role]));
  return {
    userId: actor.userId,
    login: actor.login,
    name: actor.name,
    grants: actor.grants.flatMap((g) => {
      const o = units.get(g.organizationId);
      if (!o) return [];
      const { id, code, name, nameEn, kind: orgKind } = o;
      return [{ role: g.role, organization: { id, code, name, nameEn, kind: orgKind } }];
    }),
    desks: DESKS.filter((d) => mine.has(d)),
    demo: kind === 'demo',
    serverNow: now.toISOString(),
  };
}

/** Staff or nobody: the door of every staff route. */
export function requireStaff(actor: Actor | null): StaffActor {
  return actor?.kind === 'staff' ? actor : fail('not_signed_in');
}
