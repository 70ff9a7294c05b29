/** A real browser on a real house: Chromium, the built console, one context for each person. */
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeEach, inject } from 'vitest';
import { DEMO_PASSWORD } from '../../db/demo-password.ts';
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

/** What is open in this file. */
let opened: Browser | undefined;
/** Whether any test began: what fails before is the stage itself. */
let begun = false;
const told = new WeakSet<object>();
const PAGE_CHARS = 1_200;

/** For whoever reads a failure: every open page's address and how its text begins. */
async function tellPages(what: string): Promise<void> {
  const pages = opened?.contexts().flatMap((c) => c.pages()) ?? [];
  for (const page of pages) {
    const text = await page
      .locator('body')
      .innerText({ timeout: 2_000 })
      .catch((error: Error) => error.message);
    process.stderr.write(`${what}\n${page.url()}\n${text.slice(0, PAGE_CHARS)}\n\n`);
  }
}

interface Task {
  name: string;
  result?: { state: string } | undefined;
}
/** Tells, once, what stood on the pages when a test failed; hooks that act on them call it first. */
export async function tellFailed(task: Task): Promise<void> {
  if (task.result?.state !== 'fail' || told.has(task)) return;
  told.add(task);
  await tellPages(`failed: ${task.name}`);
}
beforeEach(() => void (begun = true));
afterEach(({ task }) => tellFailed(task));

/**
 * With `console: false` the staff's pages are not built: citizens need none of them. `strict` ones are
 * as developers see them: React complains of more, and takes three times as long.
 */
export async function openStage(
  options: { console?: boolean | 'strict'; env?: NodeJS.ProcessEnv } = {},
): Promise<Stage> {
  const house = await openHouse('postgres', options.env);
  if (options.console !== false) bundleConsole(options.console === 'strict');
  const browser: Browser = await chromium.launch({
    executablePath: inject('chromium')!,
    args: process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
  });
  opened = browser;
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
      if (!begun) await tellPages('failed before the first test');
      await browser.close();
      await house.close();
    },
  };
}
