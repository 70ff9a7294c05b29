/**
 * Every page of the console with work on it, as every role sees it: wide and narrow, light and dark,
 * Chinese and English. axe finds nothing serious, nothing scrolls sideways, no type is below 12 px, no
 * key or code shows, nothing complains.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { connect, moveClock } from '../../src/platform/db.ts';
import { peopleCity } from './city.ts';
import type { City } from './city.ts';
import { axe, overflow, stickingOut } from './follow.ts';
import { settled, still } from './settle.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 375, height: 812 };
const TYPE_MIN_PX = 12;
/** The sweep of one role on a busy machine. */
const ROLE_MS = 480_000;
/** The order that is on the road is late by then, the supervision order answered by nobody. */
const LATER = '2026-09-29T02:00:00Z';

/** Desks of other roles: the page says so. */
const NOT_THEIRS = ['/board', '/audit'];

type Address = (city: City) => string;
/** What each person can open; the first is where a sign-in leads. */
const PAGES: Record<string, readonly (string | Address)[]> = {
  operator: ['/operator', '/chat', '/orders', '/gallery', ...NOT_THEIRS],
  dispatcher: [
    ({ ids }) => `/dispatch/${ids.toDispatch}`,
    ({ ids }) => `/dispatch/${ids.waiting}`,
    ({ ids }) => `/orders/${ids.emergency}`,
    '/orders?queue=emergency',
  ],
  auditor: [({ ids }) => `/audit/${ids.audited}`, ({ ids }) => `/orders/${ids.audited}`],
  followup: ['/followup', ({ ids }) => `/orders/${ids.called}`],
  supervisor: [
    '/board',
    '/wall',
    '/overdue?lamp=all',
    '/supervision',
    '/rates',
    '/rates?rate=satisfaction',
    '/chat',
    '/calendar',
    '/calendar?tab=policy',
    '/calendar?tab=simulate',
    ({ ids }) => `/orders/${ids.working}`,
    ({ ids }) => `/orders/${ids.closed}`,
  ],
  admin: ['/', '/board', '/calendar', '/doors', '/calls'],
  water: ['/inbox', ({ ids }) => `/orders/${ids.dispatched}`],
  'water.handler': ['/inbox?facet=all', '#working', '#audited'],
  'water.leader': ['#drafted', '/rates', '/board', '/supervision'],
  nantang: ['/inbox'],
};

/** What stands on the page and should not, as a reader sees it. */
interface Seen {
  small: string[];
  raw: string[];
  wrongTongue: string[];
}

/** Runs in the page: reads every visible text. */
function look([least, english]: [number, boolean]): Seen {
  const small = new Set<string>();
  const raw = new Set<string>();
  const wrongTongue = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent!.trim();
    const element = node.parentElement!;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!text || box.width <= 1 || box.height <= 1 || style.visibility === 'hidden') continue;
    if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName)) continue;
    if (parseFloat(style.fontSize) < least) small.add(`${style.fontSize} ${text.slice(0, 30)}`);
    const key = /(?<![\w@./-])[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+(?![\w@/-])/.exec(text)?.[0];
    const code = /(?<![\w-])[A-Za-z]+(_[A-Za-z0-9]+)+/.exec(text)?.[0];
    if (key) raw.add(key);
    if (code) raw.add(code);
    const chrome = element.closest(
      'th, legend, label, [role=tab], dt, .small-head, button.ant-btn',
    );
    if (english && chrome && !element.closest('[lang=zh-CN]') && /\p{Script=Han}/u.test(text))
      wrongTongue.add(text.slice(0, 40));
    // A code that nobody gave a word: a whole text of small letters in a Chinese page.
    if (!english && /^[a-z]{4,}$/.test(text) && !element.closest('kbd')) raw.add(text);
  }
  return { small: [...small], raw: [...raw], wrongTongue: [...wrongTongue] };
}

/** What axe reads from colours; all else it reads from the tree, which is the same by day and night. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
/** Runs in the page: the tree as axe reads it, without what only paints. */
const tree = () => {
  const paints = new Set(['class', 'style', 'data-theme']);
  const walk = (e: Element): string =>
    [
      e.tagName,
      ...[...e.attributes].filter((a) => !paints.has(a.name)).map((a) => `${a.name}=${a.value}`),
      ...[...e.childNodes].map((n) => (n instanceof Element ? walk(n) : n.textContent)),
    ].join(' ');
  return walk(document.body);
};

describe.skipIf(inject('chromium') === null)('every page of the console', () => {
  let stage: Stage;
  let city: City;
  /** What is wrong, page by page; empty where nothing is. */
  const wrong: string[] = [];
  const note = (where: string, found: Partial<Seen> & { axe?: string[]; sideways?: string[] }) => {
    for (const [what, list] of Object.entries(found))
      if (Array.isArray(list) && list.length > 0)
        wrong.push(`${where} ${what}: ${list.join(' | ')}`);
  };

  beforeAll(async () => {
    stage = await openStage();
    city = await peopleCity(stage);
    const owner = connect(stage.house.database.ownerUrl);
    await moveClock(owner.db, new Date(LATER));
    await owner.close();
    await stage.house.quiet();
  }, ROLE_MS);
  afterAll(() => stage?.close());

  const addressOf = async (page: string | Address): Promise<string> => {
    if (typeof page === 'function') return page(city);
    if (!page.startsWith('#')) return page;
    const id = city.ids[page.slice(1) as 'working'];
    return `/inbox/${id}/${(await city.road.assignmentOf(id, 'WATER')).id}`;
  };

  const choose = (tab: Page, language: string) =>
    tab.evaluate((v) => localStorage.setItem('console.language', `"${v}"`), language);
  /** Another tab chooses a language; this one follows. */
  async function speak(page: Page, other: Page, language: string): Promise<void> {
    await choose(other, language);
    await page.waitForFunction((v) => document.documentElement.lang === v, language);
    await settled(page);
    await still(page);
  }
  /** A second tab with next to nothing in it. */
  async function beside(page: Page): Promise<Page> {
    const other = await page.context().newPage();
    await other.goto(`${stage.house.url}/healthz`);
    return other;
  }

  /** One address: Chinese light, dark and narrow with axe; English wide and narrow without. */
  async function sweep(page: Page, other: Page, name: string, path: string): Promise<void> {
    const to = `${stage.house.url}/console${path}`;
    const state = async (where: string, english = false) =>
      note(where, {
        sideways: (await overflow(page)) > 0 ? await stickingOut(page) : [],
        ...(await page.evaluate(look, [TYPE_MIN_PX, english] as [number, boolean])),
      });
    await page.goto(to);
    await settled(page);
    await state(`${name} zh 1440`);
    note(`${name} light`, { axe: await axe(page) });
    await stage.shoot(page, `pages-${name}-light`);
    const light = await page.evaluate(tree);
    await page.emulateMedia({ colorScheme: 'dark' });
    await still(page);
    const same = (await page.evaluate(tree)) === light;
    note(`${name} dark`, { axe: await axe(page, ...(same ? COLOURS : [])) });
    await stage.shoot(page, `pages-${name}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(NARROW);
    await still(page);
    await state(`${name} zh 375`);
    note(`${name} 375`, { axe: await axe(page) });
    await stage.shoot(page, `pages-${name}-375`);
    await speak(page, other, 'en');
    await state(`${name} en 375`, true);
    await page.setViewportSize(WIDE);
    await state(`${name} en 1440`, true);
    await stage.shoot(page, `pages-${name}-en`);
    await choose(other, 'zh-CN');
  }

  const nameOf = (who: string, path: string) =>
    `${who}${path.replace(/[0-9a-f-]{36}/g, 'x').replace(/[/?=]/g, '-')}`;

  for (const [who, pages] of Object.entries(PAGES))
    it(`${who}: ${pages.length} pages`, { timeout: ROLE_MS }, async () => {
      wrong.length = 0;
      const page = await stage.enter(who);
      const other = await beside(page);
      for (const address of pages) {
        const path = await addressOf(address);
        await sweep(page, other, nameOf(who, path), path);
      }
      await page.context().close();
      expect(wrong).toEqual([]);
    });

  it('says so where a desk is not one’s own', async () => {
    const page = await stage.enter('nantang.handler');
    for (const path of [...NOT_THEIRS, '/wall', `/audit/${city.ids.audited}`]) {
      await page.goto(`${stage.house.url}/console${path}`);
      await page.getByRole('heading', { name: '这个台面不是您的' }).waitFor({ state: 'attached' });
      expect(await page.title()).toContain('这个台面不是您的');
    }
    await page.goto(`${stage.house.url}/console/nowhere`);
    await page.getByRole('heading', { name: '这里没有页面' }).waitFor({ state: 'attached' });
    await page.context().close();
  });

  it('signed out: sign-in and activation', { timeout: ROLE_MS }, async () => {
    wrong.length = 0;
    const page = await stage.phone({ javaScriptEnabled: true, viewport: WIDE, isMobile: false });
    const other = await beside(page);
    for (const path of ['/', '/activate', `/activate#${'a'.repeat(40)}`])
      await sweep(page, other, nameOf('nobody', path.replace(/#.*/, '-link')), path);
    await page.context().close();
    expect(wrong).toEqual([]);
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
