/**
 * Golden files that a reviewer reads in the diff: every route, and every reaction to an event.
 * `npm run golden` writes them anew; the diff then says what changed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoPages } from '../../src/demo/index.ts';
import { ACTING, CONSUMERS, SUBSCRIPTIONS } from '../../src/subscriptions.ts';
import { ctiDocument } from '../../src/telephony/index.ts';
import { HANDLERS } from '../../workers/handlers/index.ts';
import { createWorld, routesOf } from '../world.ts';
import type { World } from '../world.ts';

const UPDATE = Boolean(process.env.UPDATE_GOLDEN);
const golden = (name: string) => new URL(`../golden/${name}.txt`, import.meta.url);

/** Compares with the golden file, or writes it when asked to. */
function matchesGolden(name: string, text: string): void {
  if (UPDATE) writeFileSync(golden(name), text);
  const known = existsSync(golden(name)) ? readFileSync(golden(name), 'utf8') : '';
  expect(text, `test/golden/${name}.txt differs; run npm run golden and read the diff`).toBe(known);
}

let w: World;
const consoleDir = mkdtempSync(path.join(tmpdir(), 'hotline-console-'));
beforeAll(async () => {
  w = await createWorld({
    consoleDir,
    demo: (deps) => demoPages(deps, { accounts: async () => [] }),
  });
});
afterAll(async () => {
  await w.close();
  rmSync(consoleDir, { recursive: true });
});

describe('routes', () => {
  it('are those of the golden file, demo and console included', () => {
    const head =
      '# Every route of the app. Written by `npm run golden`; who may: permissions.txt.\n';
    matchesGolden('routes', `${head}${routesOf(w.app).join('\n')}\n`);
  });
  it('stand once each: a second handler of the same route would never be asked', () => {
    const all = w.app.routes
      .filter((r) => r.method !== 'ALL')
      .map((r) => `${r.method} ${r.path} ${r.handler.length}`);
    // A validator and its handler share a path; two handlers without `next` would not.
    const handlers = all.filter((r) => r.endsWith(' 1'));
    expect(handlers.length).toBe(new Set(handlers).size);
  });
});

describe('the contract with a switch', () => {
  it('is written down as it is read', () => {
    const file = new URL('../golden/cti-openapi.json', import.meta.url);
    const text = `${JSON.stringify(ctiDocument(), null, 2)}\n`;
    if (UPDATE) writeFileSync(file, text);
    const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
    expect(text, 'test/golden/cti-openapi.json differs; run npm run golden').toBe(known);
  });
});

describe('subscriptions', () => {
  it('are those of the golden file', () => {
    const width = Math.max(...Object.keys(SUBSCRIPTIONS).map((e) => e.length)) + 2;
    const lines = Object.entries(SUBSCRIPTIONS)
      .map(([event, to]) => `${event.padEnd(width)}→ ${to.length ? to.join(', ') : '—'}`)
      .sort();
    const head = '# Event → consumers. Written by `npm run golden` from src/subscriptions.ts.\n';
    matchesGolden('subscriptions', `${head}${lines.join('\n')}\n`);
  });
  it('say of every consumer whether it acts; the world of tests sees that who only tells does not', () => {
    expect(ACTING.toSorted()).toEqual([
      'chat.answered',
      'chat.registered',
      'followup.conclude',
      'followup.open',
      'intake.expire_supplement',
      'intake.listen',
      'intake.triage',
      'supervision.escalate',
      'supervision.redone',
      'supervision.withdrawn',
      'telephony.leave',
    ]);
  });
  it('name only consumers that exist, and every consumer is named', () => {
    const named = new Set(Object.values(SUBSCRIPTIONS).flat());
    expect([...named].sort()).toEqual([...CONSUMERS].sort());
    // `realtime` is served by the relay, `notification.send` by its own queue.
    const elsewhere = ['realtime', 'notification.send'];
    const handled = [...Object.keys(HANDLERS), ...elsewhere];
    expect(CONSUMERS.filter((c) => !handled.includes(c))).toEqual([]);
  });
});
