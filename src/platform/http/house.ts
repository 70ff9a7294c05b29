/** What every request goes through: it is counted and told in the log, answered in time, or put off. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, HonoRequest, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { AppError } from '../../kernel/errors.ts';
import type { Condition } from '../condition.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { isPutOff } from '../rules.ts';
import type { LoadClass } from '../rules.ts';
import { inClass } from '../shares.ts';
import type { Env } from './auth.ts';

/** The pattern of the route that answers; middleware is none, and a path nobody knows is not repeated. */
const patternOf = (c: Context<Env>): string =>
  matchedRoutes(c).findLast((r) => r.method !== 'ALL' && r.handler.length < 2)?.path ?? 'none';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Counts a request and tells it in the log: its pattern, never its path, which may hold a secret. */
export const measured =
  (log: Logger, metrics: Metrics): MiddlewareHandler<Env> =>
  async (c, next) => {
    const begun = performance.now();
    await next();
    const ms = performance.now() - begun;
    const { method } = c.req;
    const route = patternOf(c);
    const { status } = c.res;
    if (status === 503 && !c.res.headers.has('Retry-After')) c.header('Retry-After', '5');
    metrics.request(method, route, status, ms / 1_000);
    const entry = { traceId: c.get('traceId'), method, route, status, ms: Math.round(ms) };
    if (READS.has(method)) log.debug(entry, 'request');
    else log.info(entry, 'request');
  };

/** How long a request may take while the database is away or silent, and how often that is looked at then. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 250;
/** Then whoever answers by itself has so long to do it, without the database. */
const GRACE_MS = 500;

/** Files on their way take their time, whatever the database does. */
const isUpload = (request: HonoRequest): boolean =>
  request.method !== 'GET' &&
  !/^application\/(json|x-www-form-urlencoded)\b/i.test(request.header('content-type') ?? '');

const late = () => new AppError('database_unavailable', {}, 'away while it was served');

/** For who can answer without the database, in words of its own. @throws AppError `database_unavailable`. */
export async function unlessLate<T>(c: Context<Env>, work: Promise<T>): Promise<T> {
  const first = await Promise.race([work.then((value) => ({ value })), c.get('late')]);
  if (first !== 'late') return first.value;
  work.catch(() => {});
  throw late();
}

/**
 * Answers 503 to who has waited long while the database is away, or fell silent a moment ago: a link that
 * is cut says nothing, and whoever asked must hear something within five seconds. What was asked may still happen; asked again
 * with the same key it is answered from what was stored.
 */
export const inTime =
  (condition: Condition): MiddlewareHandler<Env> =>
  async (c, next) => {
    let timer: NodeJS.Timeout | undefined;
    const away = new Promise<'late'>((resolve) => {
      const isLate = () =>
        condition.databaseAway() || (condition.databaseSilent() && !isUpload(c.req));
      const look = () => (isLate() ? resolve('late') : (timer = setTimeout(look, LOOK_MS).unref()));
      timer = setTimeout(look, PATIENCE_MS).unref();
    });
    c.set('late', away);
    const served = next();
    const grace = () => sleep(GRACE_MS, 'late' as const, { ref: false });
    try {
      if ((await Promise.race([served, away.then(grace)])) !== 'late') return;
    } finally {
      clearTimeout(timer);
    }
    served.catch(() => {});
    throw late();
  };

/** Puts off what can wait, before it costs anything; what is served has its share of the connections. @throws AppError `overloaded`. */
export const mayWait =
  (loadClass: LoadClass, condition: Condition, metrics: Metrics): MiddlewareHandler<Env> =>
  async (c, next) => {
    if (isPutOff(loadClass, condition.level())) {
      metrics.putOff(loadClass);
      throw new AppError('overloaded', {}, loadClass);
    }
    await inClass(loadClass, next);
    // Its share of the connections was used up for too long.
    if (c.error instanceof AppError && c.error.code === 'overloaded') metrics.putOff(loadClass);
  };
