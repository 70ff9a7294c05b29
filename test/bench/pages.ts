/**
 * The first load of every desk on a processor four times slower, with an empty cache: until the desk
 * says what it is and until nothing is under way, and the bytes over the wire. Once as the network is,
 * once on a 3G line (1.6 Mbit/s, 150 ms). `npm run bench -- pages`; one JSON line for each desk.
 */
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import type { CDPSession, Page } from 'playwright-core';
import { peopleCity } from '../browser/city.ts';
import { openStage } from '../browser/stage.ts';
import type { Stage } from '../browser/stage.ts';

const SLOWER = 4;
const LINES = {
  wire: null,
  '3g': { latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750, offline: false },
} as const;
type Line = keyof typeof LINES;

/** A desk of each person, with what only its own content shows. */
const DESKS: readonly (readonly [login: string, path: string])[] = [
  ['nobody', '/'],
  ['operator', '/operator'],
  ['dispatcher', '/dispatch'],
  ['water', '/inbox'],
  ['auditor', '/audit'],
  ['followup', '/followup'],
  ['supervisor', '/board'],
  ['supervisor', '/overdue'],
  ['supervisor', '/supervision'],
  ['supervisor', '/rates'],
  ['supervisor', '/orders'],
  ['supervisor', '/calendar'],
];

interface Weighed {
  jsBytes: number;
  cssBytes: number;
  allBytes: number;
  files: number;
  /** Scripts that did not come compressed. */
  plain: string[];
}

/** Counts what comes over the wire from now on. */
function weigh(cdp: CDPSession): Weighed {
  const w: Weighed = { jsBytes: 0, cssBytes: 0, allBytes: 0, files: 0, plain: [] };
  const known = new Map<string, { url: string; encoding: string | undefined }>();
  cdp.on('Network.responseReceived', ({ requestId, response }) => {
    const encoding = response.headers['content-encoding'] ?? response.headers['Content-Encoding'];
    known.set(requestId, { url: response.url, encoding });
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const { url = '', encoding } = known.get(requestId) ?? {};
    const { pathname } = new URL(url, 'http://x');
    w.allBytes += encodedDataLength;
    if (!pathname.startsWith('/console/assets/')) return;
    w.files += 1;
    if (pathname.endsWith('.js')) w.jsBytes += encodedDataLength;
    if (pathname.endsWith('.css')) w.cssBytes += encodedDataLength;
    if (!encoding) w.plain.push(pathname.slice('/console/assets/'.length));
  });
  return w;
}

/** Notes in the page when the heading and when the first content of a desk stand. */
const WATCH = `
  const seen = {};
  const look = () => {
    if (!seen.heading && document.querySelector('main h1, main h2, .entrance h1')) seen.heading = performance.now();
    const main = document.querySelector('main, .entrance');
    if (!seen.content && seen.heading && main && main.innerText.length > 40 && !/正在读取/.test(main.innerText))
      seen.content = performance.now();
    window.seen = seen;
    if (!seen.content) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

describe.skipIf(inject('chromium') === null)('the first load of each desk', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await peopleCity(stage);
  });
  afterAll(() => stage?.close());

  async function load(page: Page, path: string, line: Line) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.clearBrowserCache');
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
    const conditions = LINES[line];
    if (conditions) await cdp.send('Network.emulateNetworkConditions', conditions);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    const weighed = weigh(cdp);
    await page.addInitScript(WATCH);
    await page.goto(`${stage.house.url}/console${path}`);
    const seen = (await page
      .waitForFunction('window.seen && window.seen.content && window.seen', null, {
        timeout: 60_000,
      })
      .then((handle) => handle.jsonValue())) as { heading: number; content: number };
    await page.waitForLoadState('networkidle');
    return {
      headingMs: Math.round(seen.heading),
      contentMs: Math.round(seen.content),
      ...weighed,
    };
  }

  it.each(DESKS)('%s %s', async (login, path) => {
    const known =
      login === 'nobody'
        ? await stage.phone({ javaScriptEnabled: true, viewport: { width: 1440, height: 900 } })
        : await stage.enter(login);
    const context = known.context();
    await known.close();
    for (const line of Object.keys(LINES) as Line[]) {
      const page = await context.newPage();
      const figures = await load(page, path, line);
      process.stdout.write(
        `${JSON.stringify({ desk: path, login, line, slower: SLOWER, ...figures })}\n`,
      );
      await page.close();
    }
  });
});
