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
import { switchCommand } from '../telephony/schema.ts';
import { phonePage } from './phone.tsx';
import { COMMANDS_PATH, RECORDINGS_PATH, isCommanded, platformAt } from './knock.ts';
import { toneWav } from './recording.ts';
import { clockInput, hangupInput, messagesQuery, playInput, ringInput, switchInput } from './schema.ts'; // prettier-ignore
import { advance, anybodyReady, captions, demoState, play, recordingSeconds } from './service.ts';
import type { Accounts, Waits } from './service.ts';
import { createSwitch } from './switch.ts';
import { writeRoutes } from './write.routes.ts';
import type { DemoSwitch } from './switch.ts';

export interface DemoOptions extends Waits {
  /** Those that are offered. */
  accounts: Accounts;
  /** Logins of all made-up people: nobody else is entered without a password. Unset: those offered. */
  logins?: ReadonlySet<string>;
  /** Whoever plays the fortnight must show it; without one nobody plays. */
  token?: string | undefined;
  /** The telephone switch of this process; without one calls wait until a process drives them. */
  phones?: DemoSwitch;
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
  const phones = options.phones ?? createSwitch(deps, platformAt(deps, deps.publicUrl));
  for (const path of ['phone', 'ring', 'hangup', 'write', 'clock', 'switch/*', 'recordings/*'])
    app.use(`/demo/${path}`, onlyDemo(deps));
  app.use('/api/demo/*', onlyDemo(deps));
  return app
    .route('/', desk(deps, options))
    .route('/', telephone(deps, phones))
    .route('/', switchDoors(deps, phones))
    .route('/', writeRoutes(deps))
    .route('/', page(deps, phones));
}

/** Changing roles, the clock, the play. */
const desk = (deps: Deps, { accounts, logins, token, acting, settleMaxMs }: DemoOptions) =>
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
      async (c) => c.json(await play(deps, c.req.valid('json'), { acting, settleMaxMs }), 200),
    );

/** Messages that reached the citizens, and calls that reach the operators. */
const telephone = (deps: Deps, phones: DemoSwitch) =>
  new Hono<Env>()
    .get('/api/demo/messages', valid('query', messagesQuery), async (c) => {
      const { after, limit } = c.req.valid('query');
      const found = after
        ? await demoMessagesAfter(deps, after, limit)
        : await demoMessages(deps, limit);
      return c.json(found, 200);
    })
    .post('/api/demo/ring', valid('json', ringInput), async (c) => {
      const { id } = await phones.ring(c.req.valid('json'), c.get('call'));
      return c.json({ id, ready: await anybodyReady(deps) }, 201);
    })
    .get('/api/demo/calls/:id', async (c) =>
      c.json(await captions(deps, staff(c), pathId(c.req.param('id'))), 200),
    );

/** What the platform asks of the demo's switch. */
const switchDoors = (deps: Deps, phones: DemoSwitch) =>
  new Hono<Env>()
    .post(COMMANDS_PATH, async (c) => {
      const body = await c.req.text();
      if (!(await isCommanded(deps, (name) => c.req.header(name), body))) fail('signature_refused');
      const command = switchCommand.safeParse(parsed(body));
      if (!command.success) fail('invalid_input');
      await phones.command(command.data);
      return c.body(null, 202);
    })
    .get(`${RECORDINGS_PATH}/:file`, async (c) => {
      const [, played, id = ''] =
        /^(?:played-(\d{1,4})|([0-9a-f-]{36}))\.wav$/.exec(c.req.param('file')) ?? [];
      const seconds = played ? Number(played) : await recordingSeconds(deps, pathId(id));
      const wav = new Uint8Array(toneWav(seconds));
      return c.body(wav, 200, { 'Content-Type': 'audio/wav', 'Cache-Control': 'no-store' });
    });

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

/** The telephone as a page; its forms work without a script. */
const page = (deps: Deps, phones: DemoSwitch) =>
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
        writes: c.req.query('write') === '1',
        said: c.req.query('said') ?? '',
        acceptLanguage: c.req.header('accept-language'),
      });
      return c.html(`<!doctype html>${String(page)}`);
    })
    .post('/demo/ring', async (c) => {
      const form = await c.req.parseBody();
      const input = ringInput.safeParse({
        phone: form.own_phone || form.phone,
        name: form.name,
        text: form.own || form.text,
      });
      if (!input.success) return c.redirect('/demo/phone?to=ring&said=ring_wrong', 303);
      await phones.ring(input.data, c.get('call'));
      const said = (await anybodyReady(deps)) ? 'rang' : 'rang_nobody';
      return c.redirect(`/demo/phone?said=${said}`, 303);
    })
    .post('/demo/hangup', async (c) => {
      const input = hangupInput.safeParse(await c.req.parseBody());
      const left = input.success && (await phones.hangUp(input.data.id, c.get('call')));
      return c.redirect(`/demo/phone?said=${left ? 'hung_up' : 'call_over'}`, 303);
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
