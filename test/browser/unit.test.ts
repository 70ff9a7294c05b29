/**
 * A unit's morning in Chromium: what came is signed in one go, one order goes from first contact to the
 * leader's countersignature by keyboard alone, another on a telephone by touch, photos included.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import fs from 'node:fs';
import path from 'node:path';
import type { FileChooser, Page } from 'playwright-core';
import sharp from 'sharp';
import type { OrderDetail } from '../../src/workorder/schema.ts';
import { walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';
import { until } from '../processes.ts';
import { axe, overflow } from './follow.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const DESK = '翠竹苑昨晚十点起停水，家里有老人要吃药';
const PHONE = '滨江路的水管一直在漏，路面都结冰了';
const PRINTED = '自来水发黄，烧开了也有一股味道';
/** Smallest side of what a finger has to hit, px. */
const TOUCH_MIN = 44;
const PROGRESS = /^做了什么/;

describe.skipIf(inject('chromium') === null)('a unit works its inbox', () => {
  let stage: Stage;
  let road: Walk;
  const ids: Record<string, string> = {};
  let photo: Buffer;

  const see = (words: string): Promise<OrderDetail> => road.see(ids[words]!, 'water.leader');
  const lead = async (words: string) => (await see(words)).assignments[0]!;

  beforeAll(async () => {
    stage = await openStage();
    road = walk(stage.house.as);
    for (const words of [DESK, PHONE, PRINTED]) {
      const { orderId } = await road.register({ content: words, name: '陈女士' });
      await road.accept(orderId);
      await road.dispatch(orderId, [], '请先送水，再查原因。');
      ids[words] = orderId;
    }
    photo = await sharp({
      create: { width: 1200, height: 900, channels: 3, background: '#4a6b8a' },
    })
      .jpeg()
      .toBuffer();
  });
  afterAll(() => stage?.close());

  const rowOf = (page: Page, words: string) =>
    page.locator('[data-row]').filter({ hasText: words.slice(0, 7) });
  /** Moves the focus with Tab alone until it stands on what is called this. */
  async function tabTo(page: Page, name: RegExp, limit = 90): Promise<void> {
    for (let i = 0; i < limit; i += 1) {
      const here = await page.evaluate(() => {
        const e = document.activeElement;
        if (!(e instanceof HTMLElement) || e.matches('body, main')) return '';
        const label =
          e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement
            ? [...(e.labels ?? [])].map((l) => l.textContent).join(' ')
            : '';
        return [e.getAttribute('aria-label'), label, e.textContent]
          .filter(Boolean)
          .join(' ')
          .trim();
      });
      if (name.test(here)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never came to ${String(name)}`);
  }
  /** Opens the file chooser from the focused field, as the space bar does. */
  async function chooseByKey(page: Page, name: RegExp): Promise<FileChooser> {
    await tabTo(page, name);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.keyboard.press('Space'),
    ]);
    return chooser;
  }
  const file = (name: string, buffer: Buffer, mimeType = 'image/jpeg') => ({
    name,
    mimeType,
    buffer,
  });
  const pick = async (page: Page, name: RegExp) => {
    await tabTo(page, name);
    await page.keyboard.press('Space');
  };

  it('signs several at once from the list, by keyboard', async () => {
    const page = await stage.enter('water', '/console/inbox');
    await rowOf(page, PHONE).waitFor();
    await stage.shoot(page, '40-inbox');
    expect(await axe(page)).toEqual([]);
    // All are ticked; the one that is kept for the telephone loses its tick again.
    await page.keyboard.press('a');
    await page.getByText('已选 3 件待签收').waitFor();
    await stage.shoot(page, '41-inbox-ticked');
    const row = rowOf(page, PHONE);
    for (let i = 0; i < 4 && !(await row.evaluate((e) => e.classList.contains('sel'))); i += 1)
      await page.keyboard.press(i === 0 ? 'k' : 'j');
    await page.keyboard.press('x');
    await page.getByText('已选 2 件待签收').waitFor();
    await page.keyboard.press('s');
    await page.getByText('已签收 2 件').waitFor();
    expect((await lead(DESK)).state).toBe('signed');
    expect((await lead(PRINTED)).state).toBe('signed');
    expect((await lead(PHONE)).state).toBe('pending_sign');
    await page.close();
  });

  it('records the first contact by keyboard alone', async () => {
    const page = await stage.enter(
      'water.handler',
      `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`,
    );
    await page.getByRole('tab', { name: '先行联系' }).waitFor();
    await pick(page, /联系上了$/);
    await tabTo(page, /说了什么/);
    await page.keyboard.type('已打电话说明，抢修队十点到，社区先送水。');
    await page.keyboard.press('Control+Enter');
    await until('contacted', async () => (await lead(DESK)).firstContactAt);
    await page.close();
  });

  it('refuses a wrong file with words, and sends progress with a photo, by keyboard alone', async () => {
    const page = await stage.enter(
      'water.handler',
      `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`,
    );
    await page.getByRole('tab', { name: /答复/ }).first().waitFor();
    await page.keyboard.press('p');
    await tabTo(page, PROGRESS);
    await page.keyboard.type('总管已挖开，正在换管。');
    // One is known by its type before it is sent; the other only by its bytes, at the server.
    await (
      await chooseByKey(page, /加照片/)
    ).setFiles([
      file('说明.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'),
      file('改名.jpg', Buffer.from('MZ this is a program'), 'image/jpeg'),
    ]);
    await page.getByText('没有传。只收 JPG、PNG、WebP 图片和 PDF').waitFor();
    await page.getByText('这个文件不是，或者已经损坏').waitFor();
    await stage.shoot(page, '42-refused');
    for (const name of ['说明.svg', '改名.jpg']) {
      await tabTo(page, new RegExp(`不传 ${name} 了`));
      await page.keyboard.press('Enter');
    }
    await (await chooseByKey(page, /加照片/)).setFiles(file('现场.jpg', photo));
    await page.getByRole('button', { name: '放大看 现场.jpg' }).waitFor();
    // What is written, files included, is there after a reload.
    await page.reload();
    await page.getByRole('tab', { name: /答复/ }).first().waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: '放大看 现场.jpg' }).waitFor();
    await stage.shoot(page, '43-progress');
    expect(await axe(page)).toEqual([]);
    await tabTo(page, PROGRESS);
    await page.keyboard.press('Control+Enter');
    await until('a photo on the order', async () => (await see(DESK)).attachments.length === 1);
    // It opens large, and Esc comes back.
    await page.locator('.tl').getByRole('button', { name: '放大看 现场.jpg' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog.lightbox img').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog.lightbox').waitFor({ state: 'detached' });
    await page.close();
  });

  it('drafts the reply with its evidence, and checks what can be checked', async () => {
    const page = await stage.enter(
      'water.handler',
      `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`,
    );
    await tabTo(page, /查明情况/);
    await page.keyboard.type('9月21日上午到场，翠竹苑进水总管破裂。');
    await tabTo(page, /采取措施/);
    await page.keyboard.type('当场关阀抢修。');
    const missing = page.locator('.self-check .missing');
    await missing.filter({ hasText: '措施带日期' }).waitFor();
    await page.keyboard.type('9月21日15:00前恢复供水。');
    await missing.filter({ hasText: '措施带日期' }).waitFor({ state: 'detached' });
    await pick(page, /^属实$/);
    await pick(page, /^已解决$/);
    await tabTo(page, /公开版本/);
    await page.keyboard.type('您好，总管已经修好，有事打 13800138000。');
    await missing.filter({ hasText: '13800138000' }).waitFor();
    for (let i = 0; i < '，有事打 13800138000。'.length; i += 1)
      await page.keyboard.press('Backspace');
    await page.keyboard.type('，9月21日15:00恢复供水。');
    await missing.filter({ hasText: '证件号' }).waitFor({ state: 'detached' });
    await (await chooseByKey(page, /加照片/)).setFiles(file('修好.jpg', photo));
    await page.getByRole('button', { name: '放大看 修好.jpg' }).waitFor();
    await stage.shoot(page, '44-reply');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await until('a draft', async () => (await lead(DESK)).replies[0]?.state === 'draft');
    await page.close();
  });

  it('comes back from the leader with words, and goes to him again', async () => {
    const at = `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`;
    const leader = await stage.enter('water.leader', '/console/inbox');
    // Who only countersigns begins with what waits for that.
    await rowOf(leader, DESK).waitFor();
    await leader.getByRole('heading', { name: /待审签 1/ }).waitFor();
    await rowOf(leader, DESK).dblclick();
    await leader.getByText('的答复稿').first().waitFor();
    await leader.keyboard.press('t');
    await tabTo(leader, /退回意见/);
    await leader.keyboard.type('写清楚换了哪一段管子。');
    await leader.keyboard.press('Control+Enter');
    await leader.getByText('已退回经办人修改').waitFor();
    await stage.shoot(leader, '45-sent-back');
    expect(await axe(leader)).toEqual([]);
    expect((await see(DESK)).state).toBe('in_progress');
    await leader.close();
    const page = await stage.enter('water.handler', '/console/inbox');
    await rowOf(page, DESK).getByText('领导退回').waitFor();
    await page.goto(new URL(at, page.url()).href);
    await page.getByText('写清楚换了哪一段管子。').first().waitFor();
    await tabTo(page, /查明情况/);
    await page.keyboard.press('Control+End');
    await page.keyboard.type('破的是7幢东侧第二段。');
    await page.keyboard.press('Control+Enter');
    await page.getByText('答复稿已存，等领导审签').first().waitFor();
    expect((await lead(DESK)).replies[0]!.version).toBe(2);
    await page.getByRole('button', { name: '改存' }).and(page.locator(':disabled')).waitFor();
    await page.close();
  });

  it('is read on paper by the leader and countersigned with one key', async () => {
    const page = await stage.enter(
      'water.leader',
      `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`,
    );
    await page.getByText('的答复稿').first().waitFor();
    await page.getByText('总管已经修好').first().waitFor();
    await page.getByRole('button', { name: '放大看 修好.jpg' }).first().waitFor();
    await stage.shoot(page, '45-countersign');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await until('submitted', async () => (await see(DESK)).state === 'pending_audit');
    await page.getByText('已审签并提交，等审核').waitFor();
    const auditor = await road.see(ids[DESK]!, 'auditor');
    expect(auditor.attachments.map((f) => f.name)).toEqual(['现场.jpg', '修好.jpg']);
    expect(auditor.attachments[1]!.replyId).toBe(auditor.assignments[0]!.replies[0]!.id);
    await page.close();
  });

  /** Everything that a finger may hit in the page, and is too small for it. */
  const tooSmall = (page: Page) =>
    page.evaluate((min) => {
      const hit = 'button, a.phone-back, .chooser, .choice label, .ticks label, [role=tab]';
      return [...document.querySelectorAll<HTMLElement>(hit)]
        .filter((e) => e.offsetParent !== null && !e.matches('.link-button, .pick'))
        .map((e) => ({ e, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height < min)
        .map(({ e, box }) => `${e.className} ${e.textContent} ${Math.round(box.height)}`);
    }, TOUCH_MIN);
  const fits = async (page: Page) => {
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await tooSmall(page)).toEqual([]);
  };

  it('is signed, contacted, photographed and answered on a telephone', async () => {
    const receiver = await stage.handset('water', '/console/inbox');
    await rowOf(receiver, PHONE).waitFor();
    await stage.shoot(receiver, '46-inbox-375');
    await fits(receiver);
    await rowOf(receiver, PHONE).tap();
    await receiver.getByRole('button', { name: '签收' }).tap();
    await until('signed', async () => (await lead(PHONE)).state === 'signed');
    await receiver.close();
    const page = await stage.handset('water.handler', '/console/inbox');
    await rowOf(page, PHONE).tap();
    await page.getByRole('radio', { name: '联系上了' }).tap();
    await page.getByLabel('说了什么').fill('已打电话，半小时到。');
    await stage.shoot(page, '47-contact-375');
    await fits(page);
    await page.getByRole('button', { name: '记下先行联系' }).tap();
    await until('contacted', async () => (await lead(PHONE)).firstContactAt);
    await page.getByRole('tab', { name: '进展' }).tap();
    await page.locator('.work textarea').fill('到场，已围挡，正在关阀。');
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByText('拍照', { exact: true }).tap(),
    ]);
    await chooser.setFiles(file('IMG_0001.jpg', photo));
    await page.getByRole('button', { name: '放大看 IMG_0001.jpg' }).waitFor();
    await stage.shoot(page, '48-progress-375');
    await fits(page);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: /存.*进展/ }).tap();
    await until('a photo on the order', async () => (await see(PHONE)).attachments.length === 1);
    await page.close();
  });

  it('is drafted and countersigned on a telephone', async () => {
    const at = `/console/inbox/${ids[PHONE]}/${(await lead(PHONE)).id}`;
    const page = await stage.handset('water.handler', at);
    await page.getByRole('tab', { name: /答复诉求人/ }).tap();
    await page.getByLabel('查明情况').fill('9月21日到场，接头老化漏水。');
    await page.getByLabel('采取措施').fill('换新接头，路面已清理。');
    await page.getByRole('radio', { name: '属实', exact: true }).tap();
    await page.getByRole('radio', { name: '已解决' }).tap();
    await page.getByLabel('公开版本').fill('您好，漏水的接头9月21日已经换好。');
    await stage.shoot(page, '49-reply-375');
    await fits(page);
    await page.getByRole('button', { name: /送审签/ }).tap();
    await until('a draft', async () => (await lead(PHONE)).replies[0]?.state === 'draft');
    await page.close();
    const leader = await stage.handset('water.leader', at);
    await leader.getByText('漏水的接头').first().waitFor();
    await stage.shoot(leader, '50-countersign-375');
    await fits(leader);
    expect(await axe(leader)).toEqual([]);
    await leader.getByRole('button', { name: '审签并提交' }).tap();
    // No date in the measures: said once, and nothing is sent by that.
    await leader.getByText('还缺 1 点：措施带日期').waitFor();
    expect((await see(PHONE)).state).toBe('in_progress');
    await leader.getByRole('button', { name: '仍要提交' }).tap();
    await until('submitted', async () => (await see(PHONE)).state === 'pending_audit');
    await leader.close();
  });

  it('shows who wrote it that the audit returned it, in the list and on the page', async () => {
    await road.auditFail(ids[PHONE]!);
    const page = await stage.enter('water.handler', '/console/inbox');
    await rowOf(page, PHONE).getByText('审核退回').waitFor();
    await page.getByText('审核退回，要重写答复').first().waitFor();
    await stage.shoot(page, '50-returned-inbox');
    await page.goto(
      new URL(`/console/inbox/${ids[PHONE]}/${(await lead(PHONE)).id}`, page.url()).href,
    );
    await page.getByText('没有写明日期。').first().waitFor();
    await page.getByRole('tab', { name: /答复诉求人/, selected: true }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.close();
  });

  /** What would come out of the printer: nothing of the screen, the paper alone. */
  async function paper(page: Page, name: string): Promise<string> {
    await page.emulateMedia({ media: 'print' });
    const out = process.env.SCREENSHOTS;
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    if (out) fs.writeFileSync(path.join(out, `${name}.pdf`), pdf);
    const text = await page.locator('body').innerText();
    await page.emulateMedia({ media: 'screen' });
    return text;
  }

  it('prints the order and the reply as official papers, without whole numbers', async () => {
    const at = `/console/inbox/${ids[DESK]}/${(await lead(DESK)).id}`;
    const page = await stage.enter('water.handler', at);
    await page.getByText('打印承办单').waitFor();
    const text = await paper(page, '51-paper');
    expect(text).toContain('12345政务服务热线承办单');
    expect(text).toContain('办理情况答复');
    expect(text).toContain(DESK);
    expect(text).toMatch(/打印：郑波/);
    expect(text).not.toMatch(/1[3-9]\d{9}/);
    expect(text).not.toContain('提交前自查');
    await page.close();
    const centre = await stage.enter('dispatcher', `/console/orders/${ids[PRINTED]}`);
    await centre.getByText('打印承办单').waitFor();
    const slip = await paper(centre, '52-slip');
    expect(slip).toContain(PRINTED);
    expect(slip).not.toContain('办理情况答复');
    await stage.shoot(centre, '53-order');
    expect(await axe(centre)).toEqual([]);
  });

  it('asks the citizen for what is missing, from the assignment', async () => {
    const page = await stage.enter(
      'water.handler',
      `/console/inbox/${ids[PRINTED]}/${(await lead(PRINTED)).id}`,
    );
    await page.getByRole('tab', { name: '请求补充' }).waitFor();
    await page.keyboard.press('q');
    await pick(page, /^照片或凭据$/);
    await tabTo(page, /问诉求人的话/);
    await stage.shoot(page, '54-ask');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await until('asked', async () => (await see(PRINTED)).state === 'awaiting_supplement');
    await page.getByText('等诉求人补充').first().waitFor();
    await stage.shoot(page, '55-asked');
    expect((await see(PRINTED)).supplement?.question).toContain('照片');
  });

  it('no page complained but of the file that was refused', () => {
    const told = stage.complaints.filter((c) => !/422 .*\/api\/attachments$/.test(c));
    expect(told).toEqual([]);
    expect(stage.complaints).toHaveLength(1);
  });
});
