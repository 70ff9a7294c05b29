/** A real browser on a real house: Chromium, the built console, one context for each person. */
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { inject } from 'vitest';
import { DEMO_PASSWORD } from '../../db/seed.ts';
import { bundleConsole, openHouse } from '../processes.ts';
import type { House } from '../processes.ts';
import { listenToTraffic } from './settle.ts';

/** Chromium calls home unless told not to; as root it cannot sandbox itself. */
const FLAGS = ['--disable-gpu', '--disable-background-networking', '--disable-component-update'];
/** Where pictures go when somebody wants to look at them; ignored by git. */
const PICTURES = process.env.SCREENSHOTS;

export interface Stage {
  house: House;
  /** A page of somebody who has signed in through the sign-in page; each has a browser of their own. */
  enter(login: string, path?: string): Promise<Page>;
  /** The same on a staff member's telephone: 375 px, touched, not clicked. */
  handset(login: string, path?: string): Promise<Page>;
  /** A citizen's telephone: 375 px, no scripts unless said otherwise. */
  phone(options?: BrowserContextOptions): Promise<Page>;
  shoot(page: Page, name: string): Promise<void>;
  /** What any page complained about: script errors and refused resources. */
  complaints: string[];
  close(): Promise<void>;
}

/** With `console: false` the staff's pages are not built: citizens need none of them. */
export async function openStage(
  options: { console?: boolean; env?: NodeJS.ProcessEnv } = {},
): Promise<Stage> {
  const house = await openHouse('postgres', options.env);
  if (options.console !== false) bundleConsole();
  const browser: Browser = await chromium.launch({
    executablePath: inject('chromium')!,
    args: process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
  });
  const contexts = new Map<string, BrowserContext>();
  const complaints: string[] = [];
  const listen = (who: string, page: Page) => {
    listenToTraffic(page);
    // Choosers are caught from the first moment: a listener of the last moment may come after the key
    // that opens one, and what nobody catches stays open and keeps every other from opening.
    page.on('filechooser', () => {});
    page.on('pageerror', (e) => complaints.push(`${who}: ${e.message}`));
    page.on('console', (m) => {
      // What the sign-in page finds out by asking: nobody is signed in, and this is no demo.
      const asked = /\/api\/(session|demo\/accounts|demo\/state)$/.test(m.location().url);
      if (m.type() === 'error' && !asked)
        complaints.push(`${who}: ${m.text()} ${m.location().url}`);
    });
  };
  const enter = async (who: string, login: string, at: string, options: BrowserContextOptions) => {
    const known = contexts.get(who);
    const context = known ?? (await browser.newContext({ ...options, locale: 'zh-CN' }));
    contexts.set(who, context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    listen(who, page);
    await page.goto(house.url + at);
    if (!known) {
      await page.getByRole('textbox', { name: '账号' }).fill(login);
      await page.getByLabel('密码').first().fill(DEMO_PASSWORD);
      await page.keyboard.press('Enter');
      await page.locator('header.top').waitFor();
    }
    return page;
  };
  return {
    house,
    complaints,
    enter: (login, at = '/console/') =>
      enter(login, login, at, { viewport: { width: 1440, height: 900 } }),
    handset: (login, at = '/console/') =>
      enter(`${login} 375`, login, at, {
        viewport: { width: 375, height: 812 },
        isMobile: true,
        hasTouch: true,
      }),
    async phone(options = {}) {
      const context = await browser.newContext({
        viewport: { width: 375, height: 812 },
        isMobile: true,
        javaScriptEnabled: false,
        locale: 'zh-CN',
        ...options,
      });
      const page = await context.newPage();
      listen('citizen', page);
      return page;
    },
    async shoot(page, name) {
      if (!PICTURES) return;
      fs.mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
    },
    async close() {
      await browser.close();
      await house.close();
    },
  };
}
