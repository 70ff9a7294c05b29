/** What a page shows over time, seen from inside it, and what axe says of it. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { until } from '../processes.ts';
import { still } from './settle.ts';

/** Where to look and what to read there: the first group of the first element that matches. */
export type Probes = Record<string, readonly [selector: string, pattern: string]>;
interface Look {
  /** Real time, ms. */
  at: number;
  values: Record<string, string>;
}
declare global {
  interface Window {
    /** Ends with the document: a page that was loaded again has none. */
    looks?: Look[];
  }
}

export interface Followed {
  page: Page;
  /** Waits until a probe reads this. @returns since when it does, real ms. */
  reads(probe: string, value: string, limitMs?: number): Promise<number>;
  /** Waits until a probe turns to this after an instant of real time, and not before it. @returns after how long. */
  turns(probe: string, value: string, instant: number, limitMs: number): Promise<number>;
}

/** Begins to note every change of what the probes read; a reload loses it, and every wait then fails. */
export async function follow(page: Page, probes: Probes): Promise<Followed> {
  await page.evaluate((list) => {
    const looks: Look[] = [];
    const read = (selector: string, pattern: RegExp) =>
      [...document.querySelectorAll(selector)]
        .map((e) => pattern.exec(e.textContent ?? '')?.[1])
        .find((found) => found !== undefined) ?? '';
    const patterns = list.map(([name, [at, what]]) => [name, at, new RegExp(what, 's')] as const);
    const look = () => {
      const values = Object.fromEntries(patterns.map(([name, at, what]) => [name, read(at, what)]));
      if (JSON.stringify(values) === JSON.stringify(looks.at(-1)?.values)) return;
      looks.push({ at: Date.now(), values });
    };
    window.looks = looks;
    look();
    const all = { subtree: true, childList: true, characterData: true };
    new MutationObserver(look).observe(document.body, all);
  }, Object.entries(probes));
  const seen = async (): Promise<Look[]> => {
    const looks = await page.evaluate(() => window.looks ?? null);
    if (!looks) throw new Error('the page was loaded again');
    return looks;
  };
  /** Since when the last reading holds. */
  const since = (looks: Look[], probe: string): Look => {
    const { values } = looks.at(-1)!;
    const other = looks.findLastIndex((l) => l.values[probe] !== values[probe]);
    return looks[other + 1]!;
  };
  const reads: Followed['reads'] = async (probe, value, limitMs) => {
    let last: string | undefined;
    try {
      const look = await until(
        `${probe} ${value}`,
        async () => {
          const found = since(await seen(), probe);
          last = found.values[probe];
          return last === value && found;
        },
        limitMs,
      );
      return look.at;
    } catch (error) {
      throw new Error(`${probe} reads "${last}", never "${value}"`, { cause: error });
    }
  };
  return {
    page,
    reads,
    async turns(probe, value, instant, limitMs) {
      const late = (await reads(probe, value, instant + limitMs - Date.now())) - instant;
      if (late < 0) throw new Error(`${probe} was "${value}" ${-late} ms before its instant`);
      if (late > limitMs) throw new Error(`${probe} turned "${value}" ${late} ms late`);
      return late;
    },
  };
}

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
interface Finding {
  id: string;
  impact: string | null;
  nodes: { target: string[] }[];
}

/**
 * What axe finds on a page as it stands: serious and critical alone, one line for each rule.
 * @param rules these alone; all where none is named.
 */
export async function axe(page: Page, ...rules: string[]): Promise<string[]> {
  // Half way between two colours nothing has contrast.
  await still(page);
  // Half a megabyte of script: once for each document.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const options = {
    preload: false,
    resultTypes: ['violations'],
    ...(rules.length > 0 && { runOnly: rules }),
  };
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    violations: Finding[];
  };
  return found.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map(({ id, nodes }) => `${id} × ${nodes.length}, such as ${nodes[0]?.target.join(' ')}`);
}

/** How far a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** What sticks out of the window, innermost elements only, for whoever has to mend it. */
export const stickingOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const out = [...document.body.querySelectorAll('*')].filter(
      (e) => e.getBoundingClientRect().right > innerWidth + 0.5,
    );
    return out
      .filter((e) => !out.some((other) => other !== e && e.contains(other)))
      .slice(0, 5)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className} “${e.textContent?.slice(0, 20)}”`);
  });
