/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { ratingTokenFor } from '../../src/followup/index.ts';
import { AppError } from '../../src/kernel/errors.ts';
import { translate } from '../../src/kernel/i18n/index.ts';
import { SOLVED } from '../../src/kernel/words.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { urge } from '../../src/supervision/index.ts';
import { citizenOrder, doAct } from '../../src/workorder/index.ts';
import { TEXT_MAX, text as textInput } from '../../src/workorder/schema.ts';
import { citizenOf, toDoor, toOrder } from './citizen.ts';
import type { Citizen } from './citizen.ts';
import type { Said } from './cookies.ts';
import { smallBody } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { WithdrawPage } from './track-forms.tsx';
import { notePages } from './track-note.tsx';
import { mayNow } from './track-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Site } from './view.ts';

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

const WISH = textInput(TEXT_MAX.content);

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
  const input = { wish: WISH.parse(wishOf(seen.wish)), identifiedBy: 'query_code' } as const;
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
      return show(c, view, <WithdrawPage {...{ view, order, version }} wish="" mistakes={[]} />);
    })
    .post('/', smallBody, async (c) => {
      const form = await posted(c, site);
      const view = viewOf(c, site, form.chosen ?? {});
      const wish = form.one('wish').replace(/\r\n?/g, '\n');
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      const seen = /^\d{1,9}$/.test(form.one('version')) ? Number(form.one('version')) : 0;
      const orderNow = () => citizenOrder(site.deps.db, actor, actor.orderId);
      const again = async (mistakes: Mistake[], version: number, isNews: boolean) => {
        const order = await orderNow();
        const props = { view, order, wish, version, mistakes, isNews };
        return show(c, view, <WithdrawPage {...props} />, {
          status: mistakes.length > 0 ? 422 : isNews ? 409 : 200,
        });
      };
      if (form.chosen) return again([], seen, false);
      const isLong = wish.trim() !== '' && !WISH.safeParse(wish).success;
      const text = view.say('citizen.err.text_long', { n: TEXT_MAX.content });
      if (isLong) return again([{ field: 'wish', text }], seen, false);
      if (await withdraw(c, site, actor, { version: seen, wish })) {
        return toOrder(c, site, 'withdrawn');
      }
      const order = await orderNow();
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
      const form = await posted(c, site);
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      try {
        const solved = SOLVED.find((s) => s === form.one('solved'));
        const token = await ratingTokenFor(site.deps, actor, actor.orderId);
        return goTo(c, `/rate/${token}${solved ? `?solved=${solved}` : ''}`);
      } catch (error) {
        if (codeOf(error) === 'state_conflict') return toOrder(c, site, 'not_now');
        throw error;
      }
    })
    .route('/', notePages(site))
    .route('/withdraw', withdrawPages(site));
