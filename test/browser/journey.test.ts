/** T04 of the cases, from the operator's keyboard to the citizen's rating, in a real browser. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { T04 } from '../words.ts';
import { until } from '../processes.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

describe.skipIf(inject('chromium') === null)('one demand in Chromium', () => {
  let stage: Stage;
  let orderId = '';
  const state = async () =>
    (
      await stage.house.owner.query('select state, closing_type from work_order where id = $1', [
        orderId,
      ])
    ).rows[0];

  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  /** Picks in a type-ahead of Ant Design: type, then take what is offered first. */
  const pick = async (page: Page, label: string, text: string) => {
    await page.getByLabel(label, { exact: false }).first().click();
    await page.keyboard.type(text);
    await page.locator('.ant-select-item-option').filter({ hasText: text }).first().click();
  };
  const choose = (page: Page, text: string) =>
    page
      .locator('label')
      .filter({ hasText: new RegExp(`^\\s*${text}\\s*$`) })
      .first()
      .click();

  /** Pages opened before something happens elsewhere; a mark in them would not survive a reload. */
  let dispatcher: Page;
  let watcher: Page;
  const isMarked = (page: Page) => page.evaluate(() => 'marked' in document.body.dataset);
  const open = async (login: string, at?: string) => {
    const page = await stage.enter(login, at);
    await page.evaluate(() => void (document.body.dataset.marked = 'yes'));
    return page;
  };

  it('is typed by the operator and goes to dispatch with one key', async () => {
    dispatcher = await open('dispatcher');
    await dispatcher.getByText('没有要人定的').first().waitFor();
    expect(await dispatcher.getByText('整个小区从昨晚十点停水').count()).toBe(0);
    const page = await stage.enter('operator');
    await page.getByLabel('来电号码').fill('138 0577 4471');
    await page.getByLabel('称呼').fill('陈女士');
    await choose(page, '求助');
    await page.getByRole('textbox', { name: '诉求原文' }).fill(T04);
    await pick(page, '类别', '供水');
    await pick(page, '区域', '南塘街道');
    await page.getByLabel('事发地址').fill('翠竹苑');
    await page.locator('label:has(input[value=U2])').click();
    await page.getByText('市水务集团').first().waitFor();
    await stage.shoot(page, '01-operator');
    await page.keyboard.press('F9');
    const made = await until(
      'the order',
      async () =>
        (
          await stage.house.owner.query(
            `select id, state from work_order where state = 'pending_dispatch'`,
          )
        ).rows[0],
    );
    orderId = made.id;
    await page.getByText('查询码').first().waitFor();
    await stage.shoot(page, '02-receipt');
  });

  it('appears at the dispatcher without a reload, with the unit that is responsible', async () => {
    const page = dispatcher;
    await page.getByText('整个小区从昨晚十点停水').first().waitFor();
    expect(await isMarked(page)).toBe(true);
    await page.getByText('整个小区从昨晚十点停水').first().click();
    // The operator registers and accepts; for a moment the order is seen between the two.
    await page.getByRole('button', { name: /^派单/ }).waitFor();
    await page.getByRole('button', { name: /采用/ }).waitFor();
    await page.keyboard.press('1');
    await stage.shoot(page, '03-dispatch');
    await page.keyboard.press('Enter');
    await until('dispatched', async () => (await state()).state === 'dispatched');
  });

  const openFromInbox = async (login: string) => {
    const page = await stage.enter(login);
    await page.getByText('整个小区从昨晚十点停水').first().waitFor();
    return page;
  };

  it('is signed for and taken in hand by the water company', async () => {
    const receiver = await openFromInbox('water');
    await stage.shoot(receiver, '04-inbox');
    await receiver.keyboard.press('s');
    await until('signed', async () => (await state()).state === 'in_progress');
    const handler = await openFromInbox('water.handler');
    await handler.keyboard.press('Enter');
    await handler.getByText('先行联系').first().click();
    await choose(handler, '联系上了');
    await handler.getByLabel('说了什么').fill('已致电陈女士，抢修队在路上，社区先送水。');
    await handler.keyboard.press('Control+Enter');
    await until(
      'contacted',
      async () =>
        (
          await stage.house.owner.query(
            'select first_contact_at from assignment where order_id = $1',
            [orderId],
          )
        ).rows[0].first_contact_at,
    );
    await handler.getByRole('tab', { name: /答复/ }).first().click();
    await handler.getByLabel('查明情况').fill('9月21日上午查明，翠竹苑进水总管破裂。');
    await handler.getByLabel('采取措施').fill('9月21日15:00前抢修完毕并恢复供水。');
    await choose(handler, '属实');
    await choose(handler, '已解决');
    await handler.getByLabel('公开版本').fill('您好，总管已经修好，9月21日15:00恢复供水。');
    await stage.shoot(handler, '05-assignment');
    await handler.keyboard.press('Control+Enter');
    await until(
      'drafted',
      async () =>
        (
          await stage.house.owner.query(
            'select count(*)::int as n from reply where order_id = $1',
            [orderId],
          )
        ).rows[0].n === 1,
    );
  });

  it('is countersigned by the leader and passes the audit', async () => {
    const leader = await openFromInbox('water.leader');
    await leader.keyboard.press('Enter');
    await leader.getByRole('button', { name: /审签并提交/ }).waitFor();
    // The self-check lacks a photo: the leader is asked once.
    await leader.keyboard.press('Control+Enter');
    await leader
      .getByText(/仍要提交/)
      .first()
      .waitFor();
    await leader.keyboard.press('Control+Enter');
    await until('submitted', async () => (await state()).state === 'pending_audit');
    const auditor = await stage.enter('auditor');
    await auditor.getByText('总管已经修好').first().waitFor();
    for (const key of ['1', '2', '3', '5']) await auditor.keyboard.press(key);
    await stage.shoot(auditor, '06-audit');
    await auditor.keyboard.press('F9');
    await auditor.getByText(/还有 \d+ 点没看/).waitFor();
    await auditor.keyboard.press('F9');
    await until('passed', async () => (await state()).state === 'pending_callback');
  });

  it('shows the follow-up agent what was asked and answered', async () => {
    const page = await stage.enter('followup');
    await page.getByText('总管已经修好').first().waitFor();
    await stage.shoot(page, '07-followup');
  });

  it('is followed and rated by the citizen at 375 px without scripts, and closes', async () => {
    watcher = await open('dispatcher', `/console/orders/${orderId}`);
    await watcher.getByText('待回访').first().waitFor();
    expect(await watcher.getByText('已办结').count()).toBe(0);
    const page = await stage.phone();
    const receipt = await until('the receipt', () =>
      stage.house.gateway.tries.find((t) => t.text.includes('查询码')),
    );
    const [, no = '', code = ''] = /单号([\d-]+)，查询码(\w+)/.exec(receipt.text)!;
    await page.goto(`${stage.house.url}/track`);
    await page.locator('input').nth(0).fill(no);
    await page.locator('input:not([type=hidden])').nth(1).fill(code);
    await page.locator('form button').first().click();
    await page.getByText('总管已经修好').first().waitFor();
    await stage.shoot(page, '08-track-375');
    await page.getByRole('button', { name: /评/ }).first().click();
    await stage.shoot(page, '09-rate-375');
    await page.getByLabel(/非常满意/).check();
    await page.locator('input[name=solved]').first().check();
    await page.getByRole('button', { name: /提交/ }).click();
    await until('closed', async () => (await state()).state === 'closed');
    expect(await state()).toEqual({ state: 'closed', closing_type: 'solved' });
    await stage.shoot(page, '10-thanks-375');
  });

  it('changes live on a page that is open, and nothing complained', async () => {
    await watcher.getByText('已办结').first().waitFor();
    expect(await isMarked(watcher)).toBe(true);
    await stage.shoot(watcher, '11-order');
    expect(stage.complaints).toEqual([]);
  });
});
