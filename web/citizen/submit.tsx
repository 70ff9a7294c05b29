/** @jsxImportSource hono/jsx */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { SUBMIT_LIMIT } from '../../src/intake/index.ts';
import { fail } from '../../src/kernel/errors.ts';
import type { ErrorCode } from '../../src/kernel/errors.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { toAppError } from '../../src/platform/http/errors.ts';
import { unlessLate } from '../../src/platform/http/house.ts';
import { keepingBack } from '../../src/platform/limit.ts';
import { within } from '../../src/platform/throttle.ts';
import { dropForm, givePass, keepForm, keptForm } from './cookies.ts';
import { heardIn, unheard } from './danger.tsx';
import { onePhotoBody, photoBody, photosLeftOut } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { answerPhoto, carriedPhotos, takePhotos, waitingPhotos, waitingThumb } from './photos.ts';
import {
  arrivalOf,
  blank,
  keyFrom,
  isWalked,
  newKey,
  openedAt,
  typedFrom,
  wrongWhat,
  wrongWho,
} from './submit-form.ts';
import type { Typed } from './submit-form.ts';
import { CheckScreen, WhatScreen, WhoScreen } from './submit-pages.tsx';
import type { Screen } from './submit-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Posted, Say, Site, View } from './view.ts';

const SCREENS = { 1: WhatScreen, 2: WhoScreen, 3: CheckScreen } as const;

interface Shown {
  screen: Screen;
  typed: Typed;
  mistakes: Mistake[];
  status?: 413 | 422 | 429 | 503 | undefined;
}

function screenOf(text: string): Screen {
  return text === '2' ? 2 : text === '3' ? 3 : 1;
}

/** The screen that comes next: the first one with a mistake, else the one that was asked for. */
function next(say: Say, typed: Typed, from: Screen, wanted: string): Shown {
  const back = wanted === '1' || (wanted === '2' && from === 3);
  if (back) return { screen: screenOf(wanted), typed, mistakes: [] };
  const what = wrongWhat(say, typed);
  if (what.length > 0) return { screen: 1, typed, mistakes: what, status: 422 };
  if (from === 1) return { screen: 2, typed, mistakes: [] };
  const who = wrongWho(say, typed);
  if (who.length > 0) return { screen: 2, typed, mistakes: who, status: 422 };
  return { screen: 3, typed, mistakes: [] };
}

/** Refusals after which the citizen may simply press again; everything typed stays. */
const AGAIN: Partial<Record<ErrorCode, { key: TextKey; status: 422 | 429 | 503 }>> = {
  too_many_attempts: { key: 'citizen.err.throttled', status: 429 },
  busy: { key: 'citizen.err.busy', status: 503 },
  database_unavailable: { key: 'citizen.err.away', status: 503 },
  idempotency_key_reused: { key: 'citizen.err.key_reused', status: 422 },
};

/** Counts what a source sends. Words that sound like an emergency pass where others wait. */
async function countSource(c: Context<Env>, site: Site, typed: Typed) {
  const source = site.deps.crypto.mac('throttle', sourceOf(c, site.trustProxy));
  const { windowMinutes, perSource, emergencies } = SUBMIT_LIMIT;
  const { db } = site.deps;
  if (await within(db, `submit:source:${source}`, windowMinutes, perSource)) return;
  // Who floods does not shut out those who share the address with them.
  const walked = isWalked(site.deps.crypto, typed) ? `submit:walked:${source}` : null;
  if (walked && (await within(db, walked, windowMinutes, SUBMIT_LIMIT.walked))) return;
  const { danger } = await heardIn(site, typed);
  if (danger && (await within(db, `submit:danger:${source}`, windowMinutes, emergencies))) return;
  fail('too_many_attempts');
}

async function register(c: Context<Env>, site: Site, typed: Typed): Promise<string> {
  await countSource(c, site, typed);
  const arrival = { ...arrivalOf(typed), traceId: c.get('traceId') };
  return (await site.intake.register(arrival)).orderId;
}

/** Another key, as old as the one before. */
function renewed({ deps }: Site, typed: Typed): Pick<Typed, 'key' | 'since'> {
  const key = newKey();
  const walkedMs = isWalked(deps.crypto, typed) ? SUBMIT_LIMIT.walkSeconds * 1_000 : 0;
  return { key, since: openedAt(deps.crypto, key, Date.now() - walkedMs) };
}

/** Registers the demand; the same key gives the same order, so a second press does no harm. */
async function send(c: Context<Env>, site: Site, say: Say, typed: Typed): Promise<Shown | null> {
  try {
    const orderId = await unlessLate(c, register(c, site, typed));
    givePass(c, site.deps, 'receipt', orderId);
    dropForm(c, site.deps);
    return null;
  } catch (error) {
    const { code } = toAppError(error);
    const again = AGAIN[code];
    if (!again) throw error;
    const reused = code === 'idempotency_key_reused';
    const mistakes = [{ field: 'send', text: say(again.key) }];
    // Photos went with what was sent; another matter takes none of them along.
    const kept = reused ? { ...typed, ...renewed(site, typed), photos: [] } : typed;
    return { screen: 3, typed: kept, mistakes, status: again.status };
  }
}

/** `without`, where the database is away. What is in memory comes at once, however late it is. */
async function orElse<T>(c: Context<Env>, work: Promise<T>, without: T, isAway: boolean) {
  try {
    const here = await Promise.race([work.then((value) => ({ value })), nextTurn(null)]);
    if (here) return here.value;
    return isAway ? without : await unlessLate(c, work);
  } catch (error) {
    if (toAppError(error).status !== 503) throw error;
    return without;
  }
}

/** What a screen tells besides what was typed; without a database it is shown all the same. */
async function besides(c: Context<Env>, site: Site, { typed, status }: Shown) {
  const from = { formKey: typed.key };
  const carried = carriedPhotos(from, typed.photos);
  const isAway = status === 503;
  const waiting = isAway ? carried : waitingPhotos(site, from, typed.photos);
  const [photos, heard] = await Promise.all([
    orElse(c, Promise.resolve(waiting), carried, isAway),
    orElse(c, heardIn(site, typed), unheard(typed), isAway),
  ]);
  return { photos, heard };
}

async function answer(c: Context<Env>, site: Site, view: View, shown: Shown) {
  const { screen, typed, mistakes, status } = shown;
  const Screen = SCREENS[screen];
  // The blank first screen may be kept by the browser: going back then finds what was typed.
  const isBlank = typed.content === '' && typed.name === '' && typed.phone === '';
  const personal = !isBlank || typed.photos.length > 0;
  const { photos, heard } = await besides(c, site, shown);
  // What is not there any more, or never was the reader's, is not carried on.
  const kept = { ...typed, photos: photos.map((p) => p.id) };
  const page = <Screen {...{ view, typed: kept, mistakes, photos, heard }} />;
  return show(c, view, page, { personal, status, script: screen === 1 || mistakes.length > 0 });
}

/** Takes the photos that came with the form, drops the one that is to go. */
async function withPhotos(c: Context<Env>, site: Site, view: View, form: Posted) {
  const typed = typedFrom(form);
  const drop = form.one('drop');
  const known = typed.photos.filter((id) => id !== drop);
  if (form.files.length > 0) keepForm(c, site.deps, typed.key);
  const sent = { files: form.files, known };
  const { ids, mistakes } = await takePhotos(c, site, view.say, { formKey: typed.key }, sent);
  return { typed: { ...typed, photos: ids }, mistakes };
}

/** One photo, sent by the script while the citizen goes on writing. */
const takeOne = (c: Context<Env>, site: Site): Promise<Response> =>
  answerPhoto(c, site, (typed) => {
    const formKey = keyFrom(typed);
    keepForm(c, site.deps, formKey);
    return { formKey };
  });

/**
 * Raising a demand in three screens, without a script. Of what is typed nothing is stored on the way;
 * photos wait for a day, under the key of the form.
 */
export function submitPages(site: Site) {
  const { ms, max } = site.refusals ?? SUBMIT_LIMIT.refusals;
  const refusals = keepingBack(ms, max);
  /** Outside of what reads the form: its memory and its place are given back before. */
  const keptBack: MiddlewareHandler<Env> = async (c, next) => {
    await next();
    if (c.res.status === 429) await refusals.wait();
  };
  return (
    new Hono<Env>()
      .get('/', (c) => {
        const shown: Shown = { screen: 1, typed: blank(site.deps.crypto), mistakes: [] };
        return switched(c, site) ?? answer(c, site, viewOf(c, site), shown);
      })
      .post('/photos', onePhotoBody(site), (c) => takeOne(c, site))
      .get('/photos/:id', (c) => {
        const formKey = keptForm(c, site.deps) ?? fail('not_found');
        return waitingThumb(c, site, { formKey });
      })
      .get('/next', (c) => goTo(c, '/submit'))
      // Another address than the first screen's: a POST would drop that from the browser's cache.
      .post('/next', keptBack, photoBody(site), async (c) => {
        const form = await posted(c, site, { files: true });
        const view = viewOf(c, site, form.chosen ?? {});
        const { typed, mistakes } = await withPhotos(c, site, view, form);
        const from = screenOf(form.one('screen'));
        const stays = form.chosen || form.one('go') === 'photos' || form.one('drop') !== '';
        if (stays || mistakes.length > 0) {
          const status = photosLeftOut(c) ? 413 : mistakes.length > 0 ? 422 : undefined;
          return answer(c, site, view, { screen: from, typed, mistakes, status });
        }
        const shown = next(view.say, typed, from, form.one('go'));
        if (shown.screen !== 3 || form.one('go') !== 'send') return answer(c, site, view, shown);
        const refused = await send(c, site, view.say, typed);
        // A page costs more than the refusal: a flood gets a line.
        if (refused?.status === 429 && refusals.isFull())
          return c.text(view.say('citizen.err.throttled'), 429, { 'Retry-After': '60' });
        return refused ? answer(c, site, view, refused) : goTo(c, '/receipt');
      })
  );
}
