/** When a page has come to rest: told by what it asked for, over HTTP and its socket, not by a wait. */
import type { Page } from 'playwright-core';
import { until } from '../processes.ts';

/** Longer than an answer takes to be drawn and to lead to the next question. */
const SILENCE_MS = 100;

interface Traffic {
  /** Questions without an answer yet. */
  open: Set<unknown>;
  /** How many there ever were. */
  asked: number;
  /** Real time of the last sign of life, ms. */
  last: number;
}
const known = new WeakMap<Page, Traffic>();

/** Begins to count what a page asks for; before its first address. */
export function listenToTraffic(page: Page): void {
  const traffic: Traffic = { open: new Set(), asked: 0, last: performance.now() };
  known.set(page, traffic);
  const ask = (question: unknown) => {
    traffic.open.add(question);
    traffic.asked += 1;
    traffic.last = performance.now();
  };
  const answer = (question: unknown) => {
    traffic.open.delete(question);
    traffic.last = performance.now();
  };
  page.on('request', (request) => {
    // What the last document asked for is nobody's any more.
    if (request.isNavigationRequest()) traffic.open.clear();
    ask(request);
  });
  page.on('requestfinished', answer);
  page.on('requestfailed', answer);
  page.on('websocket', (socket) => {
    const asked = new Set<string>();
    const of = (id: string) => `${id} ${socket.url()}`;
    // The handshake: open until the server has let this page in.
    const join = of('join');
    ask(join);
    socket.on('framesent', ({ payload }) => {
      const id = /^42(\d+)\[/.exec(String(payload))?.[1];
      if (!id) return;
      asked.add(of(id));
      ask(of(id));
    });
    socket.on('framereceived', ({ payload }) => {
      const id = /^43(\d+)\[/.exec(String(payload))?.[1];
      if (String(payload).startsWith('40')) answer(join);
      if (id) answer(of(id));
      traffic.last = performance.now();
    });
    socket.on('close', () => [join, ...asked].forEach(answer));
  });
}

/** Runs in the page: two frames drawn, then a moment with nothing to do. */
const drawn = async (): Promise<void> => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await new Promise((done) => requestIdleCallback(done, { timeout: 1_000 }));
};

/** Waits until every question is answered, the answers are drawn and led to no other. */
export async function settled(page: Page): Promise<void> {
  const traffic = known.get(page)!;
  await page.locator('h1, h2').first().waitFor({ state: 'attached' });
  // The gallery shows what waiting looks like.
  const shows = page.url().endsWith('/gallery');
  await until('nothing is loading', async () => {
    if (traffic.open.size > 0 || performance.now() - traffic.last < SILENCE_MS) return false;
    const { asked } = traffic;
    await page.evaluate(drawn);
    const reading = shows ? 0 : await page.getByText(/^(正在读取|Reading …)/).count();
    return reading === 0 && traffic.open.size === 0 && traffic.asked === asked;
  });
}

/**
 * Waits until no colour is on its way any more: half way between two themes nothing has contrast.
 * What moves is brought to its end at once; what never ends is left alone.
 */
export const still = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frames = () =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await frames();
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    await frames();
  });
