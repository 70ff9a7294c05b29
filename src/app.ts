/** The whole HTTP application, without sockets and without a port; tests call it directly. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { createApi } from './api.ts';
import { chatVisitorRoutes } from './chat/index.ts';
import { consoleFiles } from './console-files.ts';
import { DOORS, doorsApp, handlersOf, isDoor } from './doors.ts';
import type { Doors } from './doors.ts';
import { sessionReader } from './identity/index.ts';
import type { Intake } from './intake/index.ts';
import { AppError } from './kernel/errors.ts';
import { demoPhoneRoutes, providerRoutes } from './notification/index.ts';
import type { Provider } from './notification/index.ts';
import {
  authenticate,
  idempotent,
  refuseForeignOrigin,
  sessionCookieName,
  staff,
  trace,
} from './platform/http/auth.ts';
import type { Env } from './platform/http/auth.ts';
import { onError, onNotFound, problem } from './platform/http/errors.ts';
import type { Deps } from './platform/unit-of-work.ts';
import { ctiDocument } from './telephony/index.ts';
import type { TelephonyOptions } from './telephony/index.ts';
import { classifierHealth } from './understanding/index.ts';
import { asksNumber } from './kernel/typed.ts';
import { PUT_OFF, SEARCH, isUrgent } from './load-classes.ts';
import { CALM, complaints } from './platform/condition.ts';
import type { Condition } from './platform/condition.ts';
import { inTime, mayWait, measured } from './platform/http/house.ts';
import { createMetrics } from './platform/metrics.ts';
import { LOAD_CLASSES } from './platform/rules.ts';

/** Most bytes of a request: a long form in Chinese, with room; attachments have a door of their own. */
const BODY_MAX = 256 * 1024;

/** The door of the staff's files, which reads them as they come. */
const streams = (c: Context<Env>): boolean =>
  c.req.method === 'POST' &&
  (c.req.path === '/api/attachments' || /^\/api\/chat\/chats\/[^/]+\/images$/.test(c.req.path));
/** Doors that limit bodies themselves: signed ones, files, the citizen's forms that may bring photos. */
const limitsItself = (c: Context<Env>): boolean =>
  isDoor(c.req.path) ||
  c.req.path === `${CHAT}/sessions/current/images` ||
  streams(c) ||
  /^\/(?:submit|track)(?:\/|$)/.test(c.req.path);

/** The citizen's chat: a token instead of a cookie, and a check of origins of its own. */
const CHAT = '/chat/v1';
const isChat = (c: Context<Env>): boolean => c.req.path.startsWith(`${CHAT}/`);

export interface AppOptions {
  intake: Intake;
  trustProxy: number;
  /** Folder of the built console; without it `/console` answers 404. */
  consoleDir?: string;
  /** Server-rendered pages for citizens, mounted at `/`. */
  citizen?: Hono<Env>;
  /** Pages and lists that only a demo has. */
  demo?: Hono<Env>;
  errorPage?: (c: Context<Env>, error: AppError) => Response | Promise<Response>;
  /** Sites besides our own that may carry the chat widget. */
  chatOrigins?: readonly string[];
  /** Where commands of the desk go, and where recordings may lie. */
  telephony?: TelephonyOptions;
  /** Signed doors of other systems; all of `DOORS` where nobody says otherwise. */
  doors?: Doors;
  /** The described SMS provider: it may knock in its own form. */
  smsProvider?: Provider;
  /** How the process is; calm where nobody says otherwise. */
  condition?: Condition;
}

export function createApp(deps: Deps, options: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  const doors = options.doors ?? DOORS;
  const condition = options.condition ?? CALM;
  const metrics = deps.metrics ?? createMetrics();
  app.use('/chat/widget.js', anyPage());
  app.use(trace(), measured(deps.log, metrics), headers(deps.publicUrl), nonce());
  app.use(inTime(condition));
  for (const loadClass of LOAD_CLASSES) {
    const waits = mayWait(loadClass, condition, metrics);
    app.on('GET', [...PUT_OFF[loadClass]], (c, next) =>
      isUrgent(c.req.path, c.req.query('queue')) ? next() : waits(c, next),
    );
  }
  const search = mayWait('lists', condition, metrics);
  app.get(SEARCH, (c, next) => (asksNumber(c.req.query('q') ?? '') ? next() : search(c, next)));
  const limit = bodyLimit({
    maxSize: BODY_MAX,
    onError: (c) => problem(c, new AppError('body_too_large')),
  });
  app.use((c, next) => (limitsItself(c) ? next() : limit(c, next)));
  const ownOrigin = refuseForeignOrigin(deps.publicUrl);
  app.use((c, next) => (isDoor(c.req.path) || isChat(c) ? next() : ownOrigin(c, next)));
  app.use(
    '/api/*',
    noStore(),
    authenticate(sessionCookieName(deps.publicUrl), sessionReader(deps)),
  );
  app.use('/api/*', staffOnly(), idempotent(deps, streams));
  app.get('/healthz', async (c) =>
    c.json({ ok: true, understanding: await understood(deps) }, 200),
  );
  app.get('/readyz', (c) => {
    const reasons = complaints(condition);
    return c.json({ ok: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
  });
  if (options.demo) app.route('/', options.demo);
  app.route('/demo', demoPhoneRoutes(deps));
  app.route('/', doorsApp(deps, doors));
  app.get('/cti/v1/openapi.json', (c) => c.json(ctiDocument(), 200));
  if (options.smsProvider) app.route('/', providerRoutes(deps, options.smsProvider));
  const handlers = handlersOf(doors);
  const origins = options.chatOrigins ?? [];
  app.route(CHAT, chatVisitorRoutes(deps, { trustProxy: options.trustProxy, origins }));
  app.route(
    '/api',
    createApi(deps, options.intake, {
      trustProxy: options.trustProxy,
      handlers,
      telephony: options.telephony ?? {},
    }),
  );
  if (options.consoleDir) app.route('/console', consoleFiles(options.consoleDir));
  if (options.citizen) app.route('/', options.citizen);
  app.notFound(onNotFound);
  app.onError(onError(deps.log, options.errorPage));
  return app;
}

/** How long the answer to "do you live" waits for the database, in milliseconds. */
const HEALTH_MS = 1_000;

/** Whether texts are understood; a process lives whether or not its database answers that. */
const understood = (deps: Deps) =>
  Promise.race([
    classifierHealth(deps.db).catch(() => 'unknown' as const),
    sleep(HEALTH_MS, 'unknown' as const, { ref: false }),
  ]);

const headers = (publicUrl: string) =>
  secureHeaders({
    strictTransportSecurity: publicUrl.startsWith('https://') ? 'max-age=31536000' : false,
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [] },
  });

/** A page says what it may load, with a nonce; every other answer may load nothing. */
const nonce = () => async (c: Context<Env>, next: () => Promise<void>) => {
  c.set('nonce', randomBytes(16).toString('base64'));
  await next();
  if (!c.res.headers.has('Content-Security-Policy')) {
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    );
  }
};

/** A script that pages of other houses load. */
const anyPage = () => async (c: Context<Env>, next: () => Promise<void>) => {
  await next();
  c.res.headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
};

/** Doors of the staff API that open before anybody has signed in. */
const OPEN =
  /^\/api\/(session|activation|demo\/(?:accounts|state|session|clock|ring|messages|play))$/;

/** Who is nobody learns nothing of a route, not even what it would have liked to read. */
const staffOnly = () => async (c: Context<Env>, next: () => Promise<void>) => {
  if (!OPEN.test(c.req.path)) staff(c);
  await next();
};

/** Answers with people's data are never kept by a browser or a proxy, unless a route says so. */
const noStore = () => async (c: Context<Env>, next: () => Promise<void>) => {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};
