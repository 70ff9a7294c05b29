/** The citizen's door: a bearer token instead of a cookie, so that it may stand on other sites. */
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { fail } from '../kernel/errors.ts';
import { sameOrigin, sourceOf } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { sendFile } from '../platform/http/file.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { pictureOf, sendPicture } from './images.ts';
import { leave } from './leave.ts';
import { openChat } from './open.ts';
import { chatView, pageFor } from './read.ts';
import { notTooLarge, pictureFrom } from './routes.ts';
import {
  leaveInput,
  messageInput,
  openInput,
  pageQuery,
  ratingInput,
  seenInput,
} from './schema.ts';
import { endByCitizen, rate, say, seenByCitizen, visitorChat } from './visitor.ts';

const SECONDS_KEPT = '600';

/**
 * Lets the sites in that may carry the widget. A browser's request from any other is refused; one
 * without any browser header (a script, an app) carries no victim's credential and passes.
 */
export const widgetOrigins =
  (publicUrl: string, allowed: readonly string[]): MiddlewareHandler<Env> =>
  async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const own = origin !== undefined && sameOrigin(publicUrl, origin, c.req.header('host') ?? '');
    if (origin !== undefined && !own && !allowed.includes(origin)) fail('foreign_origin');
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (origin === undefined && foreign) fail('foreign_origin');
    if (origin !== undefined) {
      c.header('Access-Control-Allow-Origin', origin);
      c.header('Vary', 'Origin', { append: true });
    }
    if (c.req.method === 'OPTIONS') {
      c.header('Access-Control-Allow-Methods', 'GET, POST');
      c.header('Access-Control-Allow-Headers', 'Authorization, Content-Type, X-Message-Id');
      c.header('Access-Control-Max-Age', SECONDS_KEPT);
      return c.body(null, 204);
    }
    await next();
  };

/** @throws AppError `not_signed_in`. */
const bearer = (c: Context<Env>): string =>
  /^Bearer ([\w-]{20,100})$/.exec(c.req.header('authorization') ?? '')?.[1] ??
  fail('not_signed_in');

export interface VisitorOptions {
  trustProxy: number;
  /** Sites besides our own that may carry the widget. */
  origins: readonly string[];
}

/** Everything below `/chat/v1`. */
export const chatVisitorRoutes = (deps: Deps, options: VisitorOptions) => {
  const mine = (c: Context<Env>) => visitorChat(deps, bearer(c));
  return new Hono<Env>()
    .use('*', widgetOrigins(deps.publicUrl, options.origins), async (c, next) => {
      await next();
      if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
    })
    .post('/sessions', valid('json', openInput), async (c) => {
      const source = sourceOf(c, options.trustProxy);
      return c.json(await openChat(deps, c.req.valid('json'), source), 201);
    })
    .get('/sessions/current', async (c) => c.json(await chatView(deps, await mine(c)), 200))
    .get('/sessions/current/messages', valid('query', pageQuery), async (c) => {
      const chat = await mine(c);
      const imageBase = '/chat/v1/sessions/current/images';
      const reading = { language: chat.language, imageBase, codes: true };
      return c.json(await pageFor(deps, chat.id, c.req.valid('query'), reading), 200);
    })
    .post('/sessions/current/messages', valid('json', messageInput), async (c) =>
      c.json(await say(deps, (await mine(c)).id, c.req.valid('json')), 200),
    )
    .post('/sessions/current/images', async (c) => {
      notTooLarge(c);
      const { id } = await mine(c);
      const from = sourceOf(c, options.trustProxy);
      return c.json(await sendPicture(deps, id, pictureFrom(c), from), 200);
    })
    .get('/sessions/current/images/:id', async (c) => {
      const { id } = await mine(c);
      return sendFile(c, await pictureOf(deps, id, pathId(c.req.param('id')), 'file'));
    })
    .get('/sessions/current/images/:id/thumb', async (c) => {
      const { id } = await mine(c);
      return sendFile(c, await pictureOf(deps, id, pathId(c.req.param('id')), 'thumb'));
    })
    .post('/sessions/current/seen', valid('json', seenInput), async (c) => {
      await seenByCitizen(deps, (await mine(c)).id, c.req.valid('json').seq);
      return c.body(null, 204);
    })
    .post('/sessions/current/end', async (c) => {
      await endByCitizen(deps, (await mine(c)).id);
      return c.body(null, 204);
    })
    .post('/sessions/current/rating', valid('json', ratingInput), async (c) => {
      await rate(deps, (await mine(c)).id, c.req.valid('json'));
      return c.body(null, 204);
    })
    .post('/sessions/current/leave', valid('json', leaveInput), async (c) =>
      c.json(await leave(deps, (await mine(c)).id, c.req.valid('json')), 200),
    );
};
