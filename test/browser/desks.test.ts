/**
 * Dispatching, auditing, following up and reading the rates by keyboard alone: one whole piece of work
 * at each desk, the mouse is never touched, and `?` names every key that was used.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { orderNoText } from '../../src/kernel/ids.ts';
import { until } from '../processes.ts';
import { CITY, peopleCity } from './city.ts';
import type { City, Told } from './city.ts';
import { settled } from './settle.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const SETUP_MS = 300_000;
/** Pages that no work here leads to; this console is the one of which React complains most. */
const OTHERS = {
  supervisor: [
    '/board',
    '/wall',
    '/overdue?lamp=all',
    '/supervision',
    '/chat',
    '/calendar',
    '/calendar?tab=policy',
    '/calendar?tab=simulate',
  ],
  admin: ['/', '/doors', '/calls'],
  operator: ['/operator', '/gallery'],
  'water.leader': ['/inbox?facet=all'],
};

describe.skipIf(inject('chromium') === null)('desks by keyboard alone', () => {
  let stage: Stage;
  let city: City;
  beforeAll(async () => {
    stage = await openStage({ console: 'strict' });
    city = await peopleCity(stage);
  }, SETUP_MS);
  afterAll(() => stage?.close());

  const one = async (sql: string, ...values: unknown[]) =>
    (await stage.house.owner.query(sql, values)).rows[0];
  const stateOf = async (name: Told): Promise<string> =>
    (await one('select state from work_order where id = $1', city.ids[name])).state;
  const becomes = (name: Told, state: string) =>
    until(`${name} ${state}`, async () => (await stateOf(name)) === state);
  const press = async (page: Page, ...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** J until the address names the order or task; the list is longer than that by nobody's guess. */
  async function goDownTo(page: Page, id: string, rows = 20): Promise<void> {
    for (let i = 0; i < rows; i += 1) {
      if (page.url().includes(id)) return;
      await press(page, i < rows / 2 ? 'j' : 'k');
      await page.waitForTimeout(100);
    }
    throw new Error(`J and K never came to ${id}`);
  }
  /** Waits until the order itself is open, not only its row: what is pressed next is about it. */
  async function read(page: Page, name: Told): Promise<void> {
    const { no } = await one('select order_no as no from work_order where id = $1', city.ids[name]);
    await page.locator('.audited-head, .followed-head').getByText(orderNoText(no)).waitFor();
  }
  /** What `?` says, closed again by Esc. */
  async function keysOf(page: Page): Promise<string[]> {
    await press(page, 'Shift+Slash');
    const dialog = page.locator('dialog.key-help');
    await dialog.waitFor();
    const keys = await dialog.locator('kbd').allTextContents();
    await press(page, 'Escape');
    await dialog.waitFor({ state: 'detached' });
    return keys;
  }

  const focusIs = (page: Page, selector: string) =>
    page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);
  const rowOf = (id: string) => `[data-row="${id}"] .pick`;

  it('dispatches: down the list, the proposal by 1, Enter sends', async () => {
    const page = await stage.enter('dispatcher', '/console/dispatch');
    await page.locator('tr[data-row]').first().waitFor();
    await goDownTo(page, city.ids.toDispatch);
    await page.locator('.decision-head').getByText(CITY.toDispatch.slice(0, 8)).first().waitFor();
    await page.locator('.candidate').waitFor();
    expect(await keysOf(page)).toEqual(expect.arrayContaining(['J', 'K', '1', 'Enter', 'P', 'X']));
    await stage.shoot(page, 'desks-dispatch');
    await press(page, '1');
    await page.getByRole('button', { name: /派给/ }).waitFor();
    await press(page, 'Enter');
    await becomes('toDispatch', 'dispatched');
    await page
      .getByRole('status')
      .filter({ hasText: /派单：\d{4}，已派给/ })
      .waitFor();
    // The next one is at hand: nothing has to be chosen again.
    await until(
      'the next order',
      () => /dispatch\/[0-9a-f-]{36}/.test(page.url()) && !page.url().includes(city.ids.toDispatch),
    );
    await stage.shoot(page, 'desks-dispatched');
  });

  it('changes to another decision by its letter and back', async () => {
    const page = await stage.enter('dispatcher', '/console/dispatch');
    await page.locator('tr[data-row]').first().waitFor();
    await goDownTo(page, city.ids.second);
    await page.locator('.decision-head').getByText(CITY.second.slice(0, 8)).first().waitFor();
    await page.locator('.candidate').waitFor();
    await press(page, 'r');
    await page.getByRole('radio', { name: /直接答复/ }).waitFor();
    expect(await page.getByRole('radio', { name: /直接答复/ }).isChecked()).toBe(true);
    // Its first field has the focus; a letter there is no other decision, Esc puts it away.
    await until('the focus in the form', () => focusIs(page, '[data-panel] .act-fields input'));
    await press(page, 'x');
    expect(await page.getByRole('radio', { name: /直接答复/ }).isChecked()).toBe(true);
    await press(page, 'Escape', 'p');
    await page.locator('.candidate').waitFor();
    await until('the focus in the units', () => focusIs(page, '[data-panel] [role=combobox]'));
  });

  it('accepts as it dispatches: 1 fills in, Enter sends, the next row is at hand', async () => {
    const page = await stage.enter('dispatcher', '/console/dispatch');
    await page.locator('tr[data-row]').first().waitFor();
    await goDownTo(page, city.ids.waiting);
    await page.locator('.decision-head').getByText(CITY.waiting.slice(0, 8)).first().waitFor();
    await page.getByRole('button', { name: /采用/ }).waitFor();
    await press(page, '1');
    expect(await stateOf('waiting')).toBe('registered');
    await until('the focus on the button', () => focusIs(page, '.act-form [type=submit]'));
    await press(page, 'Enter');
    await until('accepted', async () => (await stateOf('waiting')) !== 'registered');
    await page
      .getByRole('status')
      .filter({ hasText: /受理：\d{4}/ })
      .waitFor();
    await until('the next order', () => !page.url().includes(city.ids.waiting));
    await until('its row', () => focusIs(page, 'tr.sel[data-row] .pick'));
  });

  it('leads to what the system dispatched by itself', async () => {
    const page = await stage.enter('dispatcher', '/console/dispatch');
    // The desk opens its first order by itself; what is pressed before that is overtaken.
    await settled(page);
    await page.locator('.by-system a').click();
    await page.waitForURL(/queue=auto_dispatched/);
    await page.getByRole('heading', { name: '今日自动派单' }).waitFor();
  });

  it('writes into an act that a key opened, and sends it from any of its fields', async () => {
    const page = await stage.enter('dispatcher', '/console/orders?queue=pending_dispatch');
    await page.locator('tr[data-row]').first().waitFor();
    await press(page, 'j');
    for (let i = 0; i < 20 && !(await focusIs(page, rowOf(city.ids.second))); i += 1) {
      await press(page, 'j');
      // The focus follows with the next frame.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    }
    await press(page, 'Enter');
    await page.getByRole('button', { name: /备注/ }).waitFor();
    // Ticks first: a letter that meets no text is still no other act.
    await press(page, 'q');
    await until('the focus in the ticks', () => focusIs(page, '[data-panel] [type=checkbox]'));
    await press(page, 'b');
    await page.getByRole('heading', { name: '请求补充' }).waitFor();
    await press(page, 'Escape');
    await page.locator('[data-panel]').waitFor({ state: 'detached' });
    await press(page, 'b');
    await until('the focus in the note', () => focusIs(page, '[data-panel] textarea'));
    await page.keyboard.type('u先看现场');
    expect(await page.locator('[data-panel] textarea').first().inputValue()).toBe('u先看现场');
    await press(page, 'Control+Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /备注：\d{4}/ })
      .waitFor();
    // Units: a second Enter adds nobody, Tab goes on to the next field.
    await press(page, 'p');
    await until('the focus in the units', () => focusIs(page, '[data-panel] [role=combobox]'));
    await page.keyboard.type('市水务');
    await page.locator('.ant-select-item-option-active').waitFor();
    await press(page, 'Enter');
    await page
      .locator('[data-panel] [role=combobox][aria-expanded=true]')
      .waitFor({ state: 'detached' });
    await press(page, 'Tab');
    expect(await focusIs(page, '[data-panel] .ant-select-multiple [role=combobox]')).toBe(true);
    await page.keyboard.type('执法');
    await page.locator('.ant-select-item-option-active').filter({ hasText: '执法' }).waitFor();
    await press(page, 'Enter');
    await stage.shoot(page, 'desks-co');
    await page.locator('[data-panel] .ant-select-selection-item').waitFor();
    await press(page, 'Enter', 'Enter');
    expect(await page.locator('[data-panel] .ant-select-selection-item').count()).toBe(1);
    await press(page, 'Control+Enter');
    await becomes('second', 'dispatched');
    expect(
      (await one('select count(*)::int as n from assignment where order_id = $1', city.ids.second))
        .n,
    ).toBe(2);
    // Back in the list the row that follows it is chosen.
    await page
      .getByRole('status')
      .filter({ hasText: /派单：\d{4}/ })
      .waitFor();
    await press(page, 'Escape');
    await until('the row', () => focusIs(page, 'tr.sel[data-row] .pick'));
  });

  it('audits: points by digits, a missing one sends the reply back with findings', async () => {
    const page = await stage.enter('auditor', '/console/audit');
    await page.locator('.points').waitFor();
    await goDownTo(page, city.ids.audited);
    await read(page, 'audited');
    expect(await keysOf(page)).toEqual(expect.arrayContaining(['J', 'K', '1', 'F9']));
    await press(page, '1', '2', '3', '4', '4');
    expect(await page.locator('.point.ok').count()).toBe(3);
    expect(await page.locator('.point.bad').count()).toBe(1);
    await stage.shoot(page, 'desks-audit');
    // Without findings it is not sent; the field has the focus and takes them.
    await press(page, 'F9');
    await until('the focus in the findings', () =>
      page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
    );
    expect(await stateOf('audited')).toBe('pending_audit');
    await page.keyboard.type('没有写明完成的日期。');
    await press(page, 'F9');
    await becomes('audited', 'in_progress');
  });

  it('audits: what holds passes with F9', async () => {
    const page = await stage.enter('auditor', '/console/audit');
    await page.locator('.points').waitFor();
    await goDownTo(page, city.ids.audited2);
    await read(page, 'audited2');
    await press(page, '1', '2', '3', '5', 'F9');
    // What nobody looked at is asked about once.
    await page.getByText('还有 8 点没看').waitFor();
    expect(await stateOf('audited2')).toBe('pending_audit');
    await press(page, 'F9');
    await becomes('audited2', 'pending_callback');
  });

  it('follows up with one hand on the digits', async () => {
    const task = await until('a call', () => city.road.callback(city.ids.called));
    const page = await stage.enter('followup', '/console/followup');
    await page.locator('.questions').waitFor();
    await goDownTo(page, task);
    await read(page, 'called');
    const keys = await keysOf(page);
    expect(keys).toEqual(expect.arrayContaining(['J', 'K', '1', '0', 'Backspace', 'F9']));
    // Reached, solved, very satisfied; taken back, satisfied.
    await press(page, '1', '1', '5', 'Backspace', '4');
    await stage.shoot(page, 'desks-followup');
    await press(page, 'F9');
    await becomes('called', 'closed');
    expect(
      await one(
        'select contacted, solved, satisfaction from evaluation where order_id = $1',
        city.ids.called,
      ),
    ).toEqual({ contacted: true, solved: 'solved', satisfaction: 4 });
  });

  it('reads a rate down to the order it rests on', async () => {
    await stage.house.quiet();
    const page = await stage.enter('supervisor', '/console/rates');
    await page.locator('tr[data-row="total"]').waitFor();
    expect(await keysOf(page)).toEqual(expect.arrayContaining(['J', 'K', '1', '2', '3']));
    await page.getByRole('columnheader', { name: '满意率' }).getByRole('link').click();
    await until('worst first', () => page.url().includes('by=satisfaction.worst'));
    await press(page, 'j', '3');
    await page
      .getByText(/^满意率/)
      .first()
      .waitFor();
    expect(page.url()).toContain('rate=satisfaction');
    await page.locator('.rate-orders li').first().waitFor();
    // The frame stands on the rate that the right side speaks of.
    await page.locator('tr[data-row="total"] td[data-chosen] :focus').waitFor();
    await stage.shoot(page, 'desks-rates');
    await press(page, 'Enter');
    await until('the order', () => /orders\/[0-9a-f-]{36}/.test(page.url()));
    const id = /orders\/([0-9a-f-]{36})/.exec(page.url())![1];
    expect([city.ids.closed, city.ids.called]).toContain(id);
  });

  it(
    'opens every other kind of page, for what React says of it',
    { timeout: SETUP_MS },
    async () => {
      for (const [login, pages] of Object.entries(OTHERS)) {
        const page = await stage.enter(login);
        for (const path of pages) {
          await page.goto(`${stage.house.url}/console${path}`);
          await settled(page);
        }
        await page.close();
      }
    },
  );

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
