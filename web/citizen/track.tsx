/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { proveByCode, queryCode } from '../../src/intake/index.ts';
import { AppError, fail } from '../../src/kernel/errors.ts';
import { ORDER_NO_DIGITS } from '../../src/kernel/ids.ts';
import { digitsOf } from '../../src/kernel/typed.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { attachmentsOf, citizenOrder } from '../../src/workorder/index.ts';
import { CITIZEN, citizenOf, toDoor } from './citizen.ts';
import type { Citizen } from './citizen.ts';
import { dropPass, givePass, toldBefore } from './cookies.ts';
import { openDanger } from './danger.tsx';
import type { Danger } from './danger.tsx';
import { smallBody } from './limits.ts';
import type { Mistake } from './parts.tsx';
import type { Photo } from './photo-field.tsx';
import { orderFile } from './photos.ts';
import { deedPages } from './track-deeds.tsx';
import { Door, OrderPage } from './track-pages.tsx';
import type { Pair } from './track-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Say, Site, View } from './view.ts';

interface Refused {
  mistakes: Mistake[];
  status: 401 | 422 | 429;
}

/** Longest number and code somebody may type or paste, in characters. */
const PAIR_MAX = 60;

async function prove(c: Context<Env>, site: Site, say: Say, pair: Pair): Promise<Refused | null> {
  const refuse = (field: string, text: string, status: Refused['status']) => ({
    mistakes: [{ field, text }],
    status,
  });
  const { orderNo, code } = pair;
  if (orderNo === '' || code === '') {
    const field = orderNo === '' ? 'orderNo' : 'code';
    return refuse(field, say('citizen.err.pair_empty'), 422);
  }
  const n = digitsOf(orderNo).length;
  if (n < ORDER_NO_DIGITS) return refuse('orderNo', say('citizen.err.no_short', { n }), 422);
  try {
    const source = sourceOf(c, site.trustProxy);
    const actor = await proveByCode(site.deps, { orderNo, code, source });
    givePass(c, site.deps, 'track', actor.orderId!);
    return null;
  } catch (error) {
    const refusal = error instanceof AppError ? error.code : '';
    if (refusal === 'wrong_credentials') {
      return refuse('orderNo', say('citizen.err.pair_wrong'), 401);
    }
    if (refusal === 'too_many_attempts') {
      return refuse('orderNo', say('citizen.err.pair_throttled'), 429);
    }
    throw error;
  }
}

const NO_PAIR: Pair = { orderNo: '', code: '' };

/** Which line of the story to begin with; nonsense begins at the newest. */
const fromOf = (text: string | undefined): number =>
  /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0;

/** What was added to an order speaks of danger; which, the page before knew. */
const ANY_LINE: Danger = { lines: ['119', '120', '110'], kind: 'other' };

/** Everything about the order that its page shows. */
async function seenBy(site: Site, view: View, actor: Citizen) {
  const { db } = site.deps;
  const [order, files] = await Promise.all([
    citizenOrder(db, actor, actor.orderId, view.language),
    attachmentsOf(db, CITIZEN, actor.orderId),
  ]);
  const registered = order.steps.find((s) => s.act === 'register')?.id ?? '';
  const photos = new Map<string, Photo[]>();
  for (const { id, name, url, thumbUrl, replyId, actId } of files) {
    const at = replyId ?? actId ?? registered;
    photos.set(at, [...(photos.get(at) ?? []), { id, name, url, thumb: thumbUrl }]);
  }
  const parts = order.splitInto.map(({ id, orderNo, title }) => ({
    title,
    orderNo,
    code: queryCode(site.deps, id),
  }));
  const danger = await openDanger(site, order);
  return { order, photos, parts, danger };
}

/** A file for the browser that proved whose the order is; to anybody else there is none. */
const fileOf = (c: Context<Env>, site: Site, part: 'file' | 'thumb'): Promise<Response> =>
  orderFile(c, site, citizenOf(c, site) ?? fail('not_found'), part);

/** Following an order without an account: number and code open it for half an hour. */
export const trackPages = (site: Site) =>
  new Hono<Env>()
    .get('/', (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const said = toldBefore(c, site.deps);
      const view = viewOf(c, site);
      return show(c, view, <Door view={view} typed={NO_PAIR} mistakes={[]} said={said} />);
    })
    .post('/', smallBody, async (c) => {
      const form = await posted(c, site);
      const view = viewOf(c, site, form.chosen ?? {});
      const pair = {
        orderNo: form.one('orderNo').trim().slice(0, PAIR_MAX),
        code: form.one('code').trim().slice(0, PAIR_MAX),
      };
      if (form.chosen) return show(c, view, <Door view={view} typed={pair} mistakes={[]} />);
      const refused = await prove(c, site, view.say, pair);
      if (!refused) return goTo(c, '/track/view');
      const { mistakes, status } = refused;
      return show(c, view, <Door view={view} typed={pair} mistakes={mistakes} />, {
        status,
        script: true,
      });
    })
    .post('/leave', smallBody, (c) => {
      dropPass(c, site.deps, 'track');
      dropPass(c, site.deps, 'receipt');
      return goTo(c, '/track');
    })
    .get('/view', async (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const actor = citizenOf(c, site);
      if (!actor) return toDoor(c, site);
      const view = viewOf(c, site);
      const seen = await seenBy(site, view, actor);
      const said = toldBefore(c, site.deps);
      const from = fromOf(c.req.query('from'));
      const danger = said === 'danger' ? (seen.danger ?? ANY_LINE) : seen.danger;
      return show(c, view, <OrderPage {...{ view, ...seen, danger, said, from }} />);
    })
    .get('/files/:id', (c) => fileOf(c, site, 'file'))
    .get('/files/:id/thumb', (c) => fileOf(c, site, 'thumb'))
    .route('/', deedPages(site));
