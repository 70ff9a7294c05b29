/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { evaluateByLink, findLink, proposesRedo, readLink } from '../../src/followup/index.ts';
import { evaluationInput } from '../../src/followup/schema.ts';
import { AppError, fail } from '../../src/kernel/errors.ts';
import { SOLVED } from '../../src/kernel/words.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { ROUND_MAX, citizenOrder } from '../../src/workorder/index.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { tell, toldBefore } from './cookies.ts';
import { smallBody } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { OverPage, RatePage, RatedPage, UNTICKED } from './rate-pages.tsx';
import type { Ticked } from './rate-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Posted, Say, Site, View } from './view.ts';

/** A token is 256 bits in base64url; anything else is not worth a query. */
const TOKEN = /^[\w-]{43}$/;
/** Satisfaction up to which we say that we are sorry. */
const LOW = 2;
/** Longest comment; the limit of `evaluationInput`. */
const COMMENT_MAX = 500;

/** The order the link is for, when it can be rated. @throws AppError `link_invalid`. */
async function orderOf(site: Site, view: View, token: string): Promise<CitizenOrder> {
  if (!TOKEN.test(token)) fail('link_invalid');
  const { actor, linkId } = await readLink(site.deps, token);
  const order = await citizenOrder(site.deps.db, actor, actor.orderId!, view.language);
  const link = await findLink(site.deps.db, linkId);
  // A link of an earlier round asks about an answer that no longer counts.
  const counts = order.state === 'pending_callback' && link?.round === order.round;
  return counts ? order : fail('link_invalid');
}

/** Refusals that mean the same to the citizen: with this link nothing can be said any more. */
const OVER = new Set(['link_invalid', 'already_rated', 'state_conflict', 'not_found']);

async function orOver(c: Context<Env>, view: View, work: () => Promise<Response>) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || !OVER.has(error.code)) throw error;
    return show(c, view, <OverPage view={view} />, { status: 404 });
  }
}

const tickedFrom = (form: Posted): Ticked => ({
  contacted: form.one('contacted'),
  solved: form.one('solved'),
  satisfaction: form.one('satisfaction'),
  reasons: [...new Set(form.all('reasons'))],
  comment: form.one('comment').replace(/\r\n?/g, '\n'),
});

/** “Not sure” leaves a question open, as does no answer. */
const inputOf = (t: Ticked) =>
  evaluationInput.safeParse({
    contacted: t.contacted === 'yes' ? true : t.contacted === 'no' ? false : null,
    solved: t.solved || null,
    satisfaction: t.satisfaction === '' ? null : Number(t.satisfaction),
    reasons: t.reasons,
    comment: t.comment,
  });

function wrong(say: Say, paths: readonly string[]): Mistake[] {
  const list: Mistake[] = [];
  if (paths.includes('comment')) {
    const text = say('citizen.err.comment_long', { n: COMMENT_MAX });
    list.push({ field: 'comment', text });
  }
  if (paths.some((p) => p !== 'comment')) {
    list.unshift({ field: 'contacted', text: say('citizen.err.rate_empty') });
  }
  return list;
}

async function rate(c: Context<Env>, site: Site, token: string): Promise<Response> {
  const form = await posted(c, site);
  const view = viewOf(c, site, form.chosen ?? {});
  return orOver(c, view, async () => {
    const order = await orderOf(site, view, token);
    const ticked = tickedFrom(form);
    const page = (mistakes: Mistake[]) => (
      <RatePage {...{ view, token, order, ticked, mistakes }} />
    );
    if (form.chosen) return show(c, view, page([]));
    const input = inputOf(ticked);
    if (!input.success) {
      const paths = input.error.issues.map((i) => String(i.path[0]));
      return show(c, view, page(wrong(view.say, paths)), { status: 422 });
    }
    await evaluateByLink(site.deps, token, input.data, c.get('call'));
    if (proposesRedo(input.data, order.round, ROUND_MAX)) tell(c, site.deps, 'redo');
    else if ((input.data.satisfaction ?? 5) <= LOW) tell(c, site.deps, 'sorry');
    return goTo(c, '/rate/thanks');
  });
}

/** The one-time link. Reading never uses it up: programs that preview messages open links too. */
export const ratePages = (site: Site) =>
  new Hono<Env>()
    .get('/thanks', (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const told = toldBefore(c, site.deps);
      const after = told === 'redo' || told === 'sorry' ? told : null;
      const view = viewOf(c, site);
      return show(c, view, <RatedPage view={view} after={after} />);
    })
    .get('/:token', async (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const view = viewOf(c, site);
      const token = c.req.param('token');
      return orOver(c, view, async () => {
        const order = await orderOf(site, view, token);
        // Chosen by a button on the page before; nothing is chosen for anybody.
        const solved = SOLVED.find((s) => s === c.req.query('solved')) ?? '';
        const ticked = { ...UNTICKED, solved };
        const page = <RatePage {...{ view, token, order, ticked, mistakes: [] }} />;
        return show(c, view, page);
      });
    })
    .post('/:token', smallBody, (c) => rate(c, site, c.req.param('token')));
