import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SUBMIT_LIMIT, channelDoor, fromDraft } from '../../src/intake/index.ts';
import type { Arrival } from '../../src/intake/index.ts';
import { phone } from '../../src/intake/schema.ts';
import { isId } from '../../src/kernel/ids.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { TEXT_MAX, matterInput, optionalText } from '../../src/workorder/schema.ts';
import { same } from './cookies.ts';
import { PHOTOS_MAX } from './limits.ts';
import type { Mistake } from './parts.tsx';
import type { Posted, Say } from './view.ts';

/** Longest name; the limit of `requesterInput`. */
export const NAME_MAX = 40;

/**
 * The whole form as typed. It travels from screen to screen in hidden fields: nothing is stored
 * before the citizen sends it.
 */
export interface Typed {
  /** Idempotency-Key, the same from the first screen to the last retry. */
  key: string;
  /** When its first screen was opened, signed: see `isWalked`. */
  since: string;
  content: string;
  address: string;
  who: string;
  name: string;
  phone: string;
  confidential: string;
  callback: string;
  public: string;
  /** Ids of photos that were sent before. */
  photos: string[];
}

export const newKey = (): string => randomUUID();

type Crypto = Deps['crypto'];

/** Longest time between opening a form and sending it that still counts, in milliseconds. */
const OPEN_MAX_MS = 2 * 3_600_000;

/** What says, with our signature, when the form with this key was opened; real time. */
export const openedAt = (crypto: Crypto, key: string, atMs = Date.now()): string =>
  `${atMs}.${crypto.mac('citizen_form', `${key}\n${atMs}`)}`;

/** Whether this form was opened on our page, and as long ago as it takes a person to fill it in. */
export function isWalked(crypto: Crypto, { key, since }: Pick<Typed, 'key' | 'since'>): boolean {
  const atMs = Number(/^(\d{1,15})\./.exec(since)?.[1] ?? NaN);
  const tookMs = Date.now() - atMs;
  const fits = tookMs >= SUBMIT_LIMIT.walkSeconds * 1_000 && tookMs <= OPEN_MAX_MS;
  return fits && same(since, openedAt(crypto, key, atMs));
}

/** What the first screen starts with: reachable, asked afterwards, not published. */
export const blank = (crypto: Crypto, key = newKey()): Typed => ({
  key,
  since: openedAt(crypto, key),
  content: '',
  address: '',
  who: 'named',
  name: '',
  phone: '',
  confidential: '',
  callback: 'on',
  public: '',
  photos: [],
});

const KEY = z.uuid();
/** Browsers send line ends as CR LF; people count one character. */
const lines = (s: string) => s.replace(/\r\n?/g, '\n');

/** The key a form came with; a new one in place of nonsense. */
export function keyFrom(typed: string): string {
  const key = typed.toLowerCase();
  return KEY.safeParse(key).success ? key : newKey();
}

export function typedFrom(form: Posted): Typed {
  const on = (name: string) => (form.one(name) === 'on' ? 'on' : '');
  return {
    key: keyFrom(form.one('key')),
    since: form.one('since'),
    content: lines(form.one('content')),
    address: form.one('address'),
    who: form.one('who') === 'anonymous' ? 'anonymous' : 'named',
    name: form.one('name'),
    phone: form.one('phone'),
    confidential: on('confidential'),
    callback: on('callback'),
    public: on('public'),
    photos: photoIdsIn(form),
  };
}

/** Ids of photos in a form, each once, as many as a form may bring. */
export const photoIdsIn = (form: Posted): string[] =>
  [...new Set(form.all('photo'))].filter((id) => isId(id)).slice(0, PHOTOS_MAX);

/** What is wrong on the first screen. */
export function wrongWhat(say: Say, typed: Typed): Mistake[] {
  const { shape } = matterInput;
  const mistakes: Mistake[] = [];
  if (typed.content.trim() === '') {
    mistakes.push({ field: 'content', text: say('citizen.err.content_empty') });
  } else if (!shape.content.safeParse(typed.content).success) {
    const text = say('citizen.err.content_long', { n: TEXT_MAX.content });
    mistakes.push({ field: 'content', text });
  }
  if (!shape.address.safeParse(typed.address).success) {
    const text = say('citizen.err.address_long', { n: TEXT_MAX.short });
    mistakes.push({ field: 'address', text });
  }
  return mistakes;
}

/** What is wrong on the second screen; who stays anonymous can leave nothing wrong there. */
export function wrongWho(say: Say, typed: Typed): Mistake[] {
  if (typed.who === 'anonymous') return [];
  const mistakes: Mistake[] = [];
  if (!optionalText(NAME_MAX).safeParse(typed.name).success) {
    mistakes.push({ field: 'name', text: say('citizen.err.name_long', { n: NAME_MAX }) });
  }
  if (typed.phone.trim() === '') {
    mistakes.push({ field: 'phone', text: say('citizen.err.phone_empty') });
  } else if (!phone.safeParse(typed.phone).success) {
    mistakes.push({ field: 'phone', text: say('citizen.err.phone_wrong') });
  }
  return mistakes;
}

/** The arrival at the door; only for a form in which nothing is wrong. */
export const arrivalOf = ({ key, photos, ...typed }: Typed): Arrival => ({
  ...fromDraft(
    { kind: 'citizen', orderId: null, how: 'submission' },
    key,
    channelDoor('web').parse(typed),
  ),
  attachmentIds: photos,
});
