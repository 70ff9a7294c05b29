/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { ratingTokenFor } from '../../src/followup/index.ts';
import { AppError } from '../../src/kernel/errors.ts';
import { translate } from '../../src/kernel/i18n/index.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { hit } from '../../src/platform/throttle.ts';
import { urge } from '../../src/supervision/index.ts';
import { citizenOrder, doAct } from '../../src/workorder/index.ts';
import { TEXT_MAX, text as textInput } from '../../src/workorder/schema.ts';
import { citizenOf, toDoor, toOrder } from './citizen.ts';
import type { Citizen } from './citizen.ts';
import type { Said } from './cookies.ts';
import { NOTE_LIMIT, smallBody } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { NotePage, WithdrawPage } from './track-forms.tsx';
import { mayNow } from './track-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Say, Site } from './view.ts';

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : '');

async function urgeOnce(c: Context<Env>, site: Site, actor: Citizen): Promise<Said> {
  try {
    await urge(site.deps, actor, actor.orderId, { level: 1, text: '' }, c.get('call'));
    return 'urged';
  } catch (error) {
    if (codeOf(error) === 'urge_daily_limit') return 'urged_already';
    if (codeOf(error) === 'state_conflict') return 'not_now';
    throw error;
  }
}

/** A second press must not say the same thing twice. */
async function saidAlready(site: Site, actor: Citizen, text: string): Promise<boolean> {
  const { steps } = await citizenOrder(site.deps.db, actor, actor.orderId);
  const last = steps.at(-1);
  return last?.act === 'note' && last.party === 'citizen' && last.texts[0]?.body === text;
}

async function addNote(c: Context<Env>, site: Site, actor: Citizen, text: string): Promise<Said> {
  if (await saidAlready(site, actor, text)) return 'noted';
  const bucket = `note:order:${site.deps.crypto.mac('throttle', actor.orderId)}`;
  const used = await hit(site.deps.db, bucket, NOTE_LIMIT.windowMinutes);
  if (used > NOTE_LIMIT.perOrder) throw new AppError('too_many_attempts');
  const input = { text, visibility: 'public' } as const;
  await doAct(site.deps, actor, actor.orderId, 'note', undefined, input, c.get('call'));
  return 'noted';
}

const NOTE = textInput(TEXT_MAX.content);

function wrongNote(say: Say, typed: string): Mistake[] {
  if (typed.trim() === '') return [{ field: 'text', text: say('citizen.err.note_empty') }];
  if (NOTE.safeParse(typed).success) return [];
  return [{ field: 'text', text: say('citizen.err.text_long', { n: TEXT_MAX.content }) }];
}

const notePages = (site: Site) =>
  new Hono<Env>()
    .get('/', (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      if (!citizenOf(c, site)) return toDoor(c, site);
      const view = viewOf(c, site);
      return show(c, view, <NotePage view={view} text="" mistakes={[]} />);
    })
    .post('/', smallBody, async (c) => {
      const form = await posted(c, site);
      const view = viewOf(c, site, form.chosen ?? {});
      const typed = form.one('text').replace(/\r\n?/g, '\n');
      const again = (mistakes: Mistake[], status: 200 | 422 | 429) =>
        show(c, view, <NotePage view={view} text={typed} mistakes={mistakes} />, { status });
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      if (form.chosen) return again([], 200);
      const mistakes = wrongNote(view.say, typed);
      if (mistakes.length > 0) return again(mistakes, 422);
      try {
        return toOrder(c, site, await addNote(c, site, actor, NOTE.parse(typed)));
      } catch (error) {
        if (codeOf(error) === 'state_conflict') return toOrder(c, site, 'not_now');
        if (codeOf(error) !== 'too_many_attempts') throw error;
        return again([{ field: 'text', text: view.say('citizen.err.note_throttled') }], 429);
      }
    });

/** What staff read when the citizen gave no reason; in Chinese, whatever the page speaks. */
const wishOf = (typed: string): string =>
  typed.trim() === '' ? translate('zh-CN', 'citizen.withdraw.no_reason') : typed;

/** @returns false when the order moved on since the citizen looked. */
async function withdraw(
  c: Context<Env>,
  site: Site,
  actor: Citizen,
  seen: { version: number; wish: string },
): Promise<boolean> {
  const input = { wish: NOTE.parse(wishOf(seen.wish)), identifiedBy: 'query_code' } as const;
  try {
    const { deps } = site;
    await doAct(deps, actor, actor.orderId, 'withdraw', seen.version, input, c.get('call'));
    return true;
  } catch (error) {
    if (['version_conflict', 'state_conflict'].includes(codeOf(error))) return false;
    throw error;
  }
}

const withdrawPages = (site: Site) =>
  new Hono<Env>()
    .get('/', async (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      const order = await citizenOrder(site.deps.db, actor, actor.orderId);
      if (!mayNow('withdraw', order)) return toOrder(c, site, 'not_now');
      const view = viewOf(c, site);
      const { version } = order;
      return show(c, view, <WithdrawPage view={view} version={version} wish="" mistakes={[]} />);
    })
    .post('/', smallBody, async (c) => {
      const form = await posted(c, site);
      const view = viewOf(c, site, form.chosen ?? {});
      const wish = form.one('wish').replace(/\r\n?/g, '\n');
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      const seen = /^\d{1,9}$/.test(form.one('version')) ? Number(form.one('version')) : 0;
      const again = (mistakes: Mistake[], version: number, isNews: boolean) =>
        show(c, view, <WithdrawPage {...{ view, wish, version, mistakes, isNews }} />, {
          status: mistakes.length > 0 ? 422 : isNews ? 409 : 200,
        });
      if (form.chosen) return again([], seen, false);
      const isLong = wish.trim() !== '' && !NOTE.safeParse(wish).success;
      const text = view.say('citizen.err.text_long', { n: TEXT_MAX.content });
      if (isLong) return again([{ field: 'wish', text }], seen, false);
      if (await withdraw(c, site, actor, { version: seen, wish })) {
        return toOrder(c, site, 'withdrawn');
      }
      const order = await citizenOrder(site.deps.db, actor, actor.orderId);
      if (mayNow('withdraw', order)) return again([], order.version, true);
      // A second press finds it withdrawn: that is what was wanted.
      return toOrder(c, site, order.closingType === 'withdrawn' ? 'withdrawn' : 'not_now');
    });

/** What a citizen can do to the own order: urge, add, withdraw, go and rate. */
export const deedPages = (site: Site) =>
  new Hono<Env>()
    .post('/urge', smallBody, async (c) => {
      const actor = citizenOf(c, site);
      return actor ? toOrder(c, site, await urgeOnce(c, site, actor)) : toDoor(c, site);
    })
    .post('/rate', smallBody, async (c) => {
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      try {
        return goTo(c, `/rate/${await ratingTokenFor(site.deps, actor, actor.orderId)}`);
      } catch (error) {
        if (codeOf(error) === 'state_conflict') return toOrder(c, site, 'not_now');
        throw error;
      }
    })
    .route('/note', notePages(site))
    .route('/withdraw', withdrawPages(site));
