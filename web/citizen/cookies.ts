import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isId } from '../../src/kernel/ids.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';

/** What an order cookie opens: the slip with number and code, or the order's own page. */
export type Pass = 'receipt' | 'track';

/** Minutes of real time after which a pass is worthless, also on a shared computer. */
const PASS_MINUTES: Record<Pass, number> = { receipt: 15, track: 30 };

/** What one page tells the next; a closed list, because a cookie may be set by anybody. */
export const SAID = [
  'urged',
  'urged_already',
  'noted',
  'withdrawn',
  'not_now',
  'changed',
  'expired',
  'redo',
  'sorry',
  'supplemented',
  'went_on',
  'danger',
] as const;
export type Said = (typeof SAID)[number];

type Site = Pick<Deps, 'crypto' | 'publicUrl'>;

const isHttps = (site: Pick<Deps, 'publicUrl'>) => site.publicUrl.startsWith('https://');

/** `__Host-` binds a cookie to this host and https; over plain http browsers refuse the prefix. */
const nameOf = (site: Pick<Deps, 'publicUrl'>, name: string) =>
  isHttps(site) ? `__Host-${name}` : name;

const attributes = (site: Pick<Deps, 'publicUrl'>) =>
  ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isHttps(site) }) as const;

/** A pass for one kind of page cannot be used for another: the kind is part of what is signed. */
const macOf = (site: Site, pass: Pass, orderId: string, expires: string) =>
  site.crypto.mac('citizen_cookie', `${pass}\n${orderId}\n${expires}`);

/** Whether two signed texts are the same, in as much time whatever they are. */
export const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** Remembers in the browser that this citizen proved to have raised the order; no code is in it. */
export function givePass(c: Context<Env>, site: Site, pass: Pass, orderId: string): void {
  const seconds = PASS_MINUTES[pass] * 60;
  const expires = String(Date.now() + seconds * 1000);
  const value = `${orderId}.${expires}.${macOf(site, pass, orderId, expires)}`;
  setCookie(c, nameOf(site, pass), value, { ...attributes(site), maxAge: seconds });
}

/** The order a pass is for; null when there is none, it was changed, or its time is over. */
export function readPass(c: Context<Env>, site: Site, pass: Pass): string | null {
  const [orderId = '', expires = '', mac = ''] = (getCookie(c, nameOf(site, pass)) ?? '').split(
    '.',
  );
  if (!isId(orderId) || !/^\d{1,15}$/.test(expires) || Number(expires) < Date.now()) return null;
  return same(mac, macOf(site, pass, orderId, expires)) ? orderId : null;
}

export const dropPass = (c: Context<Env>, site: Site, pass: Pass): void =>
  void deleteCookie(c, nameOf(site, pass), attributes(site));

/** Has the next page say a sentence, once. */
export const tell = (c: Context<Env>, site: Site, said: Said): void =>
  setCookie(c, nameOf(site, 'said'), said, { ...attributes(site), maxAge: 60 });

/** What the page before wanted said; forgotten with the reading. */
export function toldBefore(c: Context<Env>, site: Site): Said | null {
  const name = nameOf(site, 'said');
  const said = getCookie(c, name);
  if (said !== undefined) deleteCookie(c, name, attributes(site));
  return SAID.find((s) => s === said) ?? null;
}

/** Seconds for which a form that brings photos may be filled in. */
const FORM_SECONDS = 2 * 3_600;

/** Remembers whose form the photos are for, until it is sent: its key, known to this browser only. */
export const keepForm = (c: Context<Env>, site: Site, key: string): void =>
  setCookie(c, nameOf(site, 'form'), key, { ...attributes(site), maxAge: FORM_SECONDS });

export const keptForm = (c: Context<Env>, site: Site): string | undefined =>
  getCookie(c, nameOf(site, 'form'));

export const dropForm = (c: Context<Env>, site: Site): void =>
  void deleteCookie(c, nameOf(site, 'form'), attributes(site));

const YEAR_SECONDS = 365 * 86_400;

/** A choice of the reader (language, size of type) that outlives the visit. */
export const keepChoice = (c: Context<Env>, site: Site, name: string, value: string): void =>
  setCookie(c, nameOf(site, name), value, { ...attributes(site), maxAge: YEAR_SECONDS });

/** The choice as kept by either name; the error page may not know which of them is in use. */
export const choiceOf = (c: Context<Env>, name: string): string | undefined =>
  getCookie(c, `__Host-${name}`) ?? getCookie(c, name);
