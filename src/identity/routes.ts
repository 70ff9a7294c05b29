import { Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { sessionCookieName, sourceOf, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { SESSION_MAX_HOURS } from './rules.ts';
import { activationInput, signInInput } from './schema.ts';
import { activate, describeMe, resolveSession, signIn, signOut } from './service.ts';

/** Signing in and out, and setting a first password by a one-time link. */
export const identityRoutes = (deps: Deps, options: { trustProxy: number }) => {
  const name = sessionCookieName(deps.publicUrl);
  const secure = deps.publicUrl.startsWith('https://');
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const;
  return new Hono<Env>()
    .post('/session', valid('json', signInInput), async (c) => {
      const input = { ...c.req.valid('json'), source: sourceOf(c, options.trustProxy) };
      const token = await signIn(deps, input, c.get('call'));
      setCookie(c, name, token, { ...attributes, maxAge: SESSION_MAX_HOURS * 3600 });
      const actor = await resolveSession(deps, token);
      return c.json(await describeMe(deps, actor!), 200);
    })
    .get('/session', async (c) => c.json(await describeMe(deps, staff(c)), 200))
    .delete('/session', async (c) => {
      await signOut(deps, staff(c));
      deleteCookie(c, name, attributes);
      return c.body(null, 204);
    })
    .post('/activation', valid('json', activationInput), async (c) => {
      await activate(deps, c.req.valid('json'));
      return c.body(null, 204);
    });
};
