import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { Intake } from '../../src/intake/index.ts';
import { CITY_OFFSET_MS, DAY_MS } from '../../src/kernel/clock.ts';
import { AppError, fail } from '../../src/kernel/errors.ts';
import { languageOf, translate } from '../../src/kernel/i18n/index.ts';
import type { Language, TextKey } from '../../src/kernel/i18n/index.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { choiceOf, keepChoice } from './cookies.ts';

/** What the pages need to know of the house they stand in. */
export interface Site {
  deps: Deps;
  intake: Intake;
  /** Proxies in front whose `X-Forwarded-For` is believed. */
  trustProxy: number;
  demo: boolean;
  /** How long a refused form waits for its answer, and how many of them; else as `SUBMIT_LIMIT` has it. */
  refusals?: { ms: number; max: number } | undefined;
  /** The built chat widget; without it no page offers a chat. */
  widget?: string | undefined;
}

/** `large` is the edition for the elderly (大字版), `huge` its larger size (特大). */
const SIZES = ['normal', 'large', 'huge'] as const;
export type Size = (typeof SIZES)[number];

export type Say = (key: TextKey, values?: Record<string, string | number>) => string;

/** What every page is rendered with: whom it speaks to, and how. */
export interface View {
  language: Language;
  size: Size;
  nonce: string;
  demo: boolean;
  /** The page offers the chat. */
  chat: boolean;
  say: Say;
  /** The instant as people in the city read it, e.g. “9月17日 16:06”. */
  when: (at: Date) => string;
  /** As `when`, but what is today is called so. */
  near: (at: Date, now: Date) => string;
}

const CITY_ZONE = 'Asia/Shanghai';
const FORMATS: Record<Language, Intl.DateTimeFormat> = {
  'zh-CN': new Intl.DateTimeFormat('zh-CN', {
    timeZone: CITY_ZONE,
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }),
  en: new Intl.DateTimeFormat('en-GB', {
    timeZone: CITY_ZONE,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }),
};

const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: CITY_ZONE,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const cityDay = (at: Date): number => Math.floor((at.getTime() + CITY_OFFSET_MS) / DAY_MS);

const isSize = (s: string | undefined): s is Size => SIZES.some((size) => size === s);
const isLanguage = (s: string | undefined): s is Language => s === 'zh-CN' || s === 'en';

const nonceOf = (c: Context<Env>): string => {
  const known = c.get('nonce') as string | undefined;
  if (known) return known;
  const made = randomBytes(16).toString('base64');
  c.set('nonce', made);
  return made;
};

/** Language and size for this reader: chosen in this request, else earlier, else by the browser. */
export function viewOf(
  c: Context<Env>,
  site: Pick<Site, 'demo' | 'widget'>,
  chosen: Chosen = {},
): View {
  const kept = { size: choiceOf(c, 'size'), language: choiceOf(c, 'lang') };
  const size = chosen.size ?? (isSize(kept.size) ? kept.size : 'normal');
  const language =
    chosen.language ??
    (isLanguage(kept.language) ? kept.language : languageOf(c.req.header('accept-language')));
  const say: Say = (key, values) => translate(language, key, values);
  const when = (at: Date) => FORMATS[language].format(at).replace(', ', ' ');
  return {
    language,
    size,
    nonce: nonceOf(c),
    demo: site.demo,
    chat: site.widget !== undefined,
    say,
    when,
    near: (at, now) => {
      if (cityDay(at) !== cityDay(now)) return when(at);
      return say('citizen.now.today', { time: TIME.format(at) });
    },
  };
}

/** What a reader has just chosen in the head of a page. */
export interface Chosen {
  size?: Size;
  language?: Language;
}

function keepChosen(c: Context<Env>, site: Site, size?: string, language?: string): Chosen | null {
  const chosen: Chosen = {};
  if (isSize(size)) {
    keepChoice(c, site.deps, 'size', size);
    chosen.size = size;
  }
  if (isLanguage(language)) {
    keepChoice(c, site.deps, 'lang', language);
    chosen.language = language;
  }
  return chosen.size || chosen.language ? chosen : null;
}

/** Follows a `?size=` or `?lang=` link: keeps the choice and shows the page without it. */
export function switched(c: Context<Env>, site: Site): Response | null {
  const chosen = keepChosen(c, site, c.req.query('size'), c.req.query('lang'));
  return chosen ? goTo(c, c.req.path) : null;
}

/** Fields of a form as they were typed; of a field that came twice, all in `all`. */
export interface Posted {
  one: (name: string) => string;
  all: (name: string) => string[];
  /** Files that came along, in a form that may bring some. */
  files: File[];
  /** Set when the reader only changed size or language; the page comes again, with what was typed. */
  chosen: Chosen | null;
}

const words = (values: FormDataEntryValue[]): string[] =>
  values.filter((v) => typeof v === 'string');

/** A browser sends a field for files also when none was chosen: an empty one without a name. */
const filesIn = (fields: FormData): File[] =>
  [...fields.values()].filter(
    (v) => typeof v !== 'string' && (v.name !== '' || v.size > 0),
  ) as File[];

async function fieldsOf(
  c: Context<Env>,
  mayBringFiles: boolean,
): Promise<URLSearchParams | FormData> {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    return new URLSearchParams(await c.req.text());
  }
  if (!mayBringFiles || !isMultipart(type)) fail('unsupported_media_type');
  try {
    return await c.req.raw.formData();
  } catch (error) {
    // A body beyond its limit breaks off here, a torn one is no form.
    if (error instanceof AppError) throw error;
    return fail('unsupported_media_type', {}, String(error));
  }
}

export const isMultipart = (type: string): boolean => /^multipart\/form-data\s*;/i.test(type);

/**
 * Reads a form; JSON does not belong here, and files only where they are expected.
 * @throws AppError `unsupported_media_type`.
 */
export async function posted(
  c: Context<Env>,
  site: Site,
  options: { files: boolean } = { files: false },
): Promise<Posted> {
  const fields = await fieldsOf(c, options.files);
  c.set(
    'typed',
    [...fields].filter(
      (f): f is [string, string] => typeof f[1] === 'string' && f[0] !== 'size' && f[0] !== 'lang',
    ),
  );
  const all = (name: string) => words(fields.getAll(name));
  const one = (name: string) => all(name)[0] ?? '';
  return {
    one,
    all,
    files: fields instanceof FormData ? filesIn(fields) : [],
    chosen: keepChosen(c, site, one('size'), one('lang')),
  };
}

/** Sends the browser on with a GET; nothing of the request is repeated by a reload. */
export const goTo = (c: Context<Env>, path: string): Response => {
  c.header('Cache-Control', 'no-store');
  return c.redirect(path, 303);
};

/** Only a page that offers photos or the chat runs a script: our own, by its nonce. */
const csp = (nonce: string, script: boolean, chat: boolean) =>
  [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(script ? [`script-src 'nonce-${nonce}'`, "connect-src 'self'"] : []),
    // A picture in a chat is fetched with its token, and shown from memory.
    `img-src 'self' data:${chat ? ' blob:' : ''}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

type Status = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/**
 * Answers with a page. Pages are personal unless said otherwise and stay in no cache. The referrer
 * goes to no other site; not `no-referrer`, with which browsers send forms as `Origin: null`.
 */
export function show(
  c: Context<Env>,
  view: View,
  page: { toString(): unknown },
  options: { status?: Status | undefined; personal?: boolean; script?: boolean } = {},
): Response {
  c.header(
    'Content-Security-Policy',
    csp(view.nonce, options.script === true || view.chat, view.chat),
  );
  c.header('Referrer-Policy', 'same-origin');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('X-Robots-Tag', 'noindex');
  c.header('Content-Language', view.language);
  c.header('Cache-Control', options.personal === false ? 'private, no-cache' : 'no-store');
  return c.html(`<!doctype html>${String(page)}`, options.status ?? 200);
}
