import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Actor, StaffActor } from '../../kernel/actor.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { requestHash } from '../idempotency.ts';
import { following } from '../trace.ts';
import type { Call, Deps } from '../unit-of-work.ts';

/** What every handler finds in its context. */
export interface Env {
  Variables: {
    actor: Actor | null;
    traceId: string;
    nonce: string;
    call: Call;
    /** Comes when this request took long and the database is away: see `unlessLate`. */
    late: Promise<'late'>;
    /** The words of a form, so that a page that cannot take them gives them back. */
    typed?: readonly (readonly [field: string, words: string])[];
  };
}

/** `__Host-` binds the cookie to this host and https; over plain http browsers refuse the prefix. */
export const sessionCookieName = (publicUrl: string): string =>
  publicUrl.startsWith('https://') ? '__Host-session' : 'session';

/** Gives each request a trace id that errors and the log share. */
export const trace = (): MiddlewareHandler<Env> => async (c, next) => {
  const traceId = newId();
  c.set('traceId', traceId);
  c.set('call', { traceId });
  await following(traceId, next);
  c.header('X-Trace-Id', c.get('traceId'));
};

/** Finds who asks from the session cookie; routes decide whether anybody is needed. */
export const authenticate =
  (
    cookie: string,
    resolve: (token: string) => Promise<StaffActor | null>,
  ): MiddlewareHandler<Env> =>
  async (c, next) => {
    const token = getCookie(c, cookie);
    c.set('actor', token && token.length < 100 ? await resolve(token) : null);
    await next();
  };

/** The staff member who asks. @throws AppError `not_signed_in`. */
export const staff = (c: Context<Env>): StaffActor => {
  const actor = c.get('actor');
  return actor?.kind === 'staff' ? actor : fail('not_signed_in');
};

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Whether a browser's Origin is this site. The host must be the public one; on a loopback
 * installation the three spellings of "this machine" count as one.
 */
export function sameOrigin(publicUrl: string, origin: string, hostHeader: string): boolean {
  if (!URL.canParse(origin)) return false;
  const own = new URL(publicUrl);
  const from = new URL(origin);
  if (from.origin === own.origin) return true;
  return (
    from.protocol === own.protocol &&
    LOOPBACK.test(own.hostname) &&
    LOOPBACK.test(from.hostname) &&
    from.host === hostHeader
  );
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that a foreign site makes a browser send. Requests without any browser header
 * (scripts, other systems) carry no cookie of a victim and pass.
 */
export const refuseForeignOrigin =
  (publicUrl: string): MiddlewareHandler<Env> =>
  async (c, next) => {
    if (!SAFE.has(c.req.method)) {
      const origin = c.req.header('origin');
      const site = c.req.header('sec-fetch-site');
      const host = c.req.header('host') ?? '';
      if (origin !== undefined && !sameOrigin(publicUrl, origin, host)) fail('foreign_origin');
      if (origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none') {
        fail('foreign_origin');
      }
    }
    await next();
  };

/** The network address a request came from, believing `trustProxy` proxies in front of us. */
export function sourceOf(c: Context<Env>, trustProxy: number): string {
  if (trustProxy > 0) {
    const chain = (c.req.header('x-forwarded-for') ?? '').split(',').map((s) => s.trim());
    const picked = chain.at(-trustProxy);
    if (picked) return picked;
  }
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/**
 * A change that carries an Idempotency-Key is done once per person, key and content: a retry after a
 * lost answer gets the first answer.
 * @param streams whether the route reads the body itself, as it comes, and sees to its key.
 */
export const idempotent =
  (
    deps: Pick<Deps, 'crypto'>,
    streams: (c: Context<Env>) => boolean = () => false,
  ): MiddlewareHandler<Env> =>
  async (c, next) => {
    const actor = c.get('actor');
    if (streams(c)) return next();
    if (!SAFE.has(c.req.method) && actor?.kind === 'staff' && c.req.header('idempotency-key')) {
      const key = idempotencyKey(c);
      const hash = requestHash(deps.crypto, [c.req.method, c.req.path, await c.req.text()]);
      c.set('call', { ...c.get('call'), once: { scope: `call:${actor.userId}`, key, hash } });
    }
    await next();
  };

const KEY = /^[\w-]{8,100}$/;
/** The Idempotency-Key of a create. @throws AppError `idempotency_key_missing`. */
export const idempotencyKey = (c: Context<Env>): string => {
  const key = c.req.header('idempotency-key');
  return key && KEY.test(key) ? key : fail('idempotency_key_missing');
};
