import { Hono } from 'hono';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import {
  SESSION_MAX_HOURS,
  describeMe,
  openDemoSession,
  resolveSession,
} from '../identity/index.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { demoMessages, demoMessagesAfter } from '../notification/index.ts';
import { sameText } from '../platform/crypto.ts';
import { deploymentKind } from '../platform/db.ts';
import { sessionCookieName, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { phonePage } from './phone.tsx';
import { clockInput, messagesQuery, playInput, ringInput, switchInput } from './schema.ts';
import { advance, answer, calls, demoState, hangUp, oneCall, play, ring } from './service.ts';
import type { Accounts } from './service.ts';

export interface DemoOptions {
  /** Those that are offered. */
  accounts: Accounts;
  /** Logins of all made-up people: nobody else is entered without a password. Unset: those offered. */
  logins?: ReadonlySet<string>;
  /** Whoever plays the fortnight must show it; without one nobody plays. */
  token?: string | undefined;
}

const onlyDemo = (deps: Deps) => async (_c: unknown, next: () => Promise<void>) => {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  await next();
};

const onlyPlayer = (c: Context<Env>, token: string | undefined): void => {
  const shown = c.req.header('authorization') ?? '';
  if (!token || !sameText(shown, `Bearer ${token}`)) fail('not_allowed');
};

/** What only a demo database has; everywhere else each of these answers `demo_only`. */
export function demoPages(deps: Deps, options: DemoOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.use('/demo/phone', onlyDemo(deps));
  app.use('/demo/ring', onlyDemo(deps));
  app.use('/demo/clock', onlyDemo(deps));
  app.use('/api/demo/*', onlyDemo(deps));
  return app.route('/', desk(deps, options)).route('/', telephone(deps)).route('/', page(deps));
}

/** Changing roles, the clock, the play. */
const desk = (deps: Deps, { accounts, logins, token }: DemoOptions) =>
  new Hono<Env>()
    .get('/api/demo/accounts', async (c) => c.json(await accounts(), 200))
    .get('/api/demo/state', async (c) => c.json(await demoState(deps, accounts), 200))
    .post('/api/demo/session', valid('json', switchInput), async (c) => {
      const { login } = c.req.valid('json');
      const known = logins ?? new Set((await accounts()).map((a) => a.login));
      if (!known.has(login)) fail('not_found');
      const session = await openDemoSession(deps, login, c.get('call'));
      setCookie(c, sessionCookieName(deps.publicUrl), session, {
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        secure: deps.publicUrl.startsWith('https://'),
        maxAge: SESSION_MAX_HOURS * 3600,
      });
      return c.json(await describeMe(deps, (await resolveSession(deps, session))!), 200);
    })
    .post('/api/demo/clock', valid('json', clockInput), async (c) => {
      const now = await advance(deps, c.req.valid('json').step);
      return c.json({ now: now.toISOString() }, 200);
    })
    .post(
      '/api/demo/play',
      async (c, next) => {
        onlyPlayer(c, token);
        await next();
      },
      valid('json', playInput),
      async (c) => c.json(await play(deps, c.req.valid('json')), 200),
    );

/** Messages that reached the citizens, and calls that reach the operators. */
const telephone = (deps: Deps) =>
  new Hono<Env>()
    .get('/api/demo/messages', valid('query', messagesQuery), async (c) => {
      const { after, limit } = c.req.valid('query');
      const found = after
        ? await demoMessagesAfter(deps, after, limit)
        : await demoMessages(deps, limit);
      return c.json(found, 200);
    })
    .post('/api/demo/ring', valid('json', ringInput), async (c) =>
      c.json(await ring(deps, c.req.valid('json'), c.get('call')), 201),
    )
    .get('/api/demo/calls', async (c) => c.json(await calls(deps, staff(c)), 200))
    .get('/api/demo/calls/:id', async (c) =>
      c.json(await oneCall(deps, staff(c), pathId(c.req.param('id'))), 200),
    )
    .post('/api/demo/calls/:id/answer', async (c) =>
      c.json(await answer(deps, staff(c), pathId(c.req.param('id'))), 200),
    )
    .post('/api/demo/calls/:id/end', async (c) => {
      await hangUp(deps, staff(c), pathId(c.req.param('id')));
      return c.body(null, 204);
    });

/** The telephone as a page; its forms work without a script. */
const page = (deps: Deps) =>
  new Hono<Env>()
    .get('/demo/phone', async (c) => {
      const nonce = c.get('nonce');
      c.header(
        'Content-Security-Policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
      c.header('Cache-Control', 'no-store');
      const page = await phonePage(deps, {
        nonce,
        to: c.req.query('to') ?? '',
        said: c.req.query('said') ?? '',
        acceptLanguage: c.req.header('accept-language'),
      });
      return c.html(`<!doctype html>${String(page)}`);
    })
    .post('/demo/ring', async (c) => {
      const form = await c.req.parseBody();
      const input = ringInput.safeParse({
        phone: form.phone,
        name: form.name,
        text: form.own || form.text,
      });
      if (!input.success) return c.redirect('/demo/phone?said=ring_wrong', 303);
      await ring(deps, input.data, c.get('call'));
      return c.redirect('/demo/phone?said=rang', 303);
    })
    .post('/demo/clock', async (c) => {
      const form = await c.req.parseBody();
      const input = clockInput.safeParse({ step: form.step });
      if (!input.success) return c.redirect('/demo/phone', 303);
      try {
        await advance(deps, input.data.step);
      } catch (error) {
        // While the fortnight is played it moves the clock itself: said on the page, not as a document.
        if (!(error instanceof AppError) || error.code !== 'state_conflict') throw error;
        return c.redirect('/demo/phone?said=clock_playing', 303);
      }
      return c.redirect('/demo/phone', 303);
    });
