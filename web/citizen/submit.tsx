/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { SUBMIT_LIMIT } from '../../src/intake/index.ts';
import { AppError, fail } from '../../src/kernel/errors.ts';
import type { ErrorCode } from '../../src/kernel/errors.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { hit } from '../../src/platform/throttle.ts';
import { givePass } from './cookies.ts';
import { smallBody } from './limits.ts';
import type { Mistake } from './parts.tsx';
import { arrivalOf, blank, newKey, typedFrom, wrongWhat, wrongWho } from './submit-form.ts';
import type { Typed } from './submit-form.ts';
import { CheckScreen, WhatScreen, WhoScreen } from './submit-pages.tsx';
import type { Screen } from './submit-pages.tsx';
import { goTo, posted, show, switched, viewOf } from './view.ts';
import type { Say, Site, View } from './view.ts';

const SCREENS = { 1: WhatScreen, 2: WhoScreen, 3: CheckScreen } as const;

interface Shown {
  screen: Screen;
  typed: Typed;
  mistakes: Mistake[];
  status?: 422 | 429 | 503;
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
  database_unavailable: { key: 'citizen.err.busy', status: 503 },
  idempotency_key_reused: { key: 'citizen.err.key_reused', status: 422 },
};

async function countSource(c: Context<Env>, site: Site) {
  const source = sourceOf(c, site.trustProxy);
  const bucket = `submit:source:${site.deps.crypto.mac('throttle', source)}`;
  const used = await hit(site.deps.db, bucket, SUBMIT_LIMIT.windowMinutes);
  if (used > SUBMIT_LIMIT.perSource) fail('too_many_attempts');
}

/** Registers the demand; the same key gives the same order, so a second press does no harm. */
async function send(c: Context<Env>, site: Site, say: Say, typed: Typed): Promise<Shown | null> {
  try {
    await countSource(c, site);
    const { orderId } = await site.intake.register(arrivalOf(typed));
    givePass(c, site.deps, 'receipt', orderId);
    return null;
  } catch (error) {
    const again = error instanceof AppError ? AGAIN[error.code] : undefined;
    if (!again) throw error;
    const reused = error instanceof AppError && error.code === 'idempotency_key_reused';
    const mistakes = [{ field: 'send', text: say(again.key) }];
    const kept = reused ? { ...typed, key: newKey() } : typed;
    return { screen: 3, typed: kept, mistakes, status: again.status };
  }
}

function answer(
  c: Context<Env>,
  view: View,
  { screen, typed, mistakes, status = undefined }: Shown,
) {
  const Screen = SCREENS[screen];
  // The blank first screen may be kept by the browser: going back then finds what was typed.
  const personal = typed.content !== '' || typed.name !== '' || typed.phone !== '';
  const page = <Screen view={view} typed={typed} mistakes={mistakes} />;
  return show(c, view, page, { personal, ...(status ? { status } : {}) });
}

/** Raising a demand in three screens, without a script and without storing anything on the way. */
export const submitPages = (site: Site) =>
  new Hono<Env>()
    .get('/', (c) => {
      const shown: Shown = { screen: 1, typed: blank(), mistakes: [] };
      return switched(c, site) ?? answer(c, viewOf(c, site), shown);
    })
    .get('/next', (c) => goTo(c, '/submit'))
    // Another address than the first screen's: a POST would drop that from the browser's cache.
    .post('/next', smallBody, async (c) => {
      const form = await posted(c, site);
      const view = viewOf(c, site, form.chosen ?? {});
      const typed = typedFrom(form);
      const from = screenOf(form.one('screen'));
      if (form.chosen) return answer(c, view, { screen: from, typed, mistakes: [] });
      const shown = next(view.say, typed, from, form.one('go'));
      if (shown.screen !== 3 || form.one('go') !== 'send') return answer(c, view, shown);
      const refused = await send(c, site, view.say, typed);
      return refused ? answer(c, view, refused) : goTo(c, '/receipt');
    });
