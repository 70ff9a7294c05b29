/**
 * Every page of the console with work on it, as every role sees it: wide and narrow, light and dark,
 * Chinese and English. axe finds nothing serious, nothing scrolls sideways, no type is below 12 px, no
 * key or code shows, nothing complains.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { connect, moveClock } from '../../src/platform/db.ts';
import { until } from '../processes.ts';
import { peopleCity } from './city.ts';
import type { City } from './city.ts';
import { axe, overflow, stickingOut } from './follow.ts';
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
  operator: ['/operator', '/orders', '/gallery', ...NOT_THEIRS],
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
    '/calendar',
    '/calendar?tab=policy',
    '/calendar?tab=simulate',
    ({ ids }) => `/orders/${ids.working}`,
    ({ ids }) => `/orders/${ids.closed}`,
  ],
  admin: ['/', '/board', '/calendar'],
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

/** Waits until the page has said what it is and no request is under way. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1, h2').first().waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
  // The gallery shows what waiting looks like.
  if (page.url().endsWith('/gallery')) return;
  await until(
    'nothing is loading',
    async () => (await page.getByText(/^(正在读取|Reading …)/).count()) === 0,
  );
}

/** Waits until no colour is on its way any more: half way between two themes nothing has contrast. */
const still = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)));
  });

const sums:Record<string,number>={};const add=(k:string,v:number)=>{k=k.replace(/\$\{.*/,'');sums[k]=(sums[k]??0)+v;};
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
    const B0=performance.now();stage = await openStage();add('openStage',performance.now()-B0);
    city = await peopleCity(stage);add('city',performance.now()-B0);
    const owner = connect(stage.house.database.ownerUrl);
    await moveClock(owner.db, new Date(LATER));
    await owner.close();
    await stage.house.quiet();
  }, ROLE_MS);
  afterAll(async () => {console.log(JSON.stringify(sums,null,1));const t=performance.now();await stage?.close();console.log('close',performance.now()-t)});

  const addressOf = async (page: string | Address): Promise<string> => {
    if (typeof page === 'function') return page(city);
    if (!page.startsWith('#')) return page;
    const id = city.ids[page.slice(1) as 'working'];
    return `/inbox/${id}/${(await city.road.assignmentOf(id, 'WATER')).id}`;
  };

  /** One address: Chinese light, dark and narrow with axe; English wide and narrow without. */
  async function sweep(page: Page, name: string, path: string): Promise<void> {
    let T0=0;
    const to = `${stage.house.url}/console${path}`;
    const state = async (where: string, english = false) =>
      note(where, {
        sideways: (await overflow(page)) > 0 ? await stickingOut(page) : [],
        ...(await page.evaluate(look, [TYPE_MIN_PX, english] as [number, boolean])),
      });
    T0=performance.now(); await page.goto(to); add('await page.goto(to);',performance.now()-T0);
    T0=performance.now(); await settled(page); add('await settled(page);',performance.now()-T0);
    T0=performance.now(); await state(`${name} zh 1440`); add('await state(`${name} zh 1440`);',performance.now()-T0);
    T0=performance.now(); note(`${name} light`, { axe: await axe(page) }); add('note(`${name} light`, { axe: await axe(page) });',performance.now()-T0);
    T0=performance.now(); await stage.shoot(page, `pages-${name}-light`); add('await stage.shoot(page, `pages-${name}-light`);',performance.now()-T0);
    T0=performance.now(); await page.emulateMedia({ colorScheme: 'dark' }); add("await page.emulateMedia({ colorScheme: 'dark' });",performance.now()-T0);
    T0=performance.now(); await still(page); add('await still(page);',performance.now()-T0);
    T0=performance.now(); note(`${name} dark`, { axe: await axe(page) }); add('note(`${name} dark`, { axe: await axe(page) });',performance.now()-T0);
    T0=performance.now(); await stage.shoot(page, `pages-${name}-dark`); add('await stage.shoot(page, `pages-${name}-dark`);',performance.now()-T0);
    T0=performance.now(); await page.emulateMedia({ colorScheme: 'light' }); add("await page.emulateMedia({ colorScheme: 'light' });",performance.now()-T0);
    T0=performance.now(); await page.setViewportSize(NARROW); add('await page.setViewportSize(NARROW);',performance.now()-T0);
    T0=performance.now(); await still(page); add('await still(page);',performance.now()-T0);
    T0=performance.now(); await state(`${name} zh 375`); add('await state(`${name} zh 375`);',performance.now()-T0);
    T0=performance.now(); note(`${name} 375`, { axe: await axe(page) }); add('note(`${name} 375`, { axe: await axe(page) });',performance.now()-T0);
    T0=performance.now(); await stage.shoot(page, `pages-${name}-375`); add('await stage.shoot(page, `pages-${name}-375`);',performance.now()-T0);
    T0=performance.now(); await page.evaluate(() => localStorage.setItem('console.language', '"en"')); add("await page.evaluate(() => localStorage.setItem('console.lang",performance.now()-T0);
    T0=performance.now(); await page.reload(); add('await page.reload();',performance.now()-T0);
    T0=performance.now(); await settled(page); add('await settled(page);',performance.now()-T0);
    T0=performance.now(); await state(`${name} en 375`, true); add('await state(`${name} en 375`, true);',performance.now()-T0);
    T0=performance.now(); await page.setViewportSize(WIDE); add('await page.setViewportSize(WIDE);',performance.now()-T0);
    T0=performance.now(); await state(`${name} en 1440`, true); add('await state(`${name} en 1440`, true);',performance.now()-T0);
    T0=performance.now(); await stage.shoot(page, `pages-${name}-en`); add('await stage.shoot(page, `pages-${name}-en`);',performance.now()-T0);
    T0=performance.now(); await page.evaluate(() => localStorage.removeItem('console.language')); add("await page.evaluate(() => localStorage.removeItem('console.l",performance.now()-T0);
  }

  const nameOf = (who: string, path: string) =>
    `${who}${path.replace(/[0-9a-f-]{36}/g, 'x').replace(/[/?=]/g, '-')}`;

  for (const [who, pages] of Object.entries(PAGES))
    it(`${who}: ${pages.length} pages`, { timeout: ROLE_MS }, async () => {
      wrong.length = 0;
      const page = await stage.enter(who);
      for (const address of pages) {
        const path = await addressOf(address);
        await sweep(page, nameOf(who, path), path);
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
    for (const path of ['/', '/activate', `/activate#${'a'.repeat(40)}`])
      await sweep(page, nameOf('nobody', path.replace(/#.*/, '-link')), path);
    await page.context().close();
    expect(wrong).toEqual([]);
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
