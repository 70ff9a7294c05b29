/** A citizen's telephone, from the photo to the rating: with scripts, without, by keyboard, by axe. */
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { SCRIPT } from '../../web/citizen/script.ts';
import { temporaryDir } from '../processes.ts';
import { REPLY } from '../words.ts';
import { axe, overflow } from './follow.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** Bytes of a page with its style and script, photos aside. */
const PAGE_BYTES_MAX = 40_000;
const TEXT = '整个小区从昨晚十点停水到现在，家里老人做饭都不行，打物业电话没有人接。';
const QUESTION = '请问是哪个小区，第几幢？';

/** A photo of about 3 MB, as telephones make them; the script makes it smaller before sending. */
async function photoFile(name: string): Promise<string> {
  const [width, height] = [3200, 2400];
  const data = Buffer.alloc(width * height * 3);
  let x = name.length;
  for (let i = 0; i < data.length; i++) {
    x = (x * 1_103_515_245 + 12_345) & 0x7fffffff;
    data[i] = 90 + ((x >> 16) % 60);
  }
  const file = path.join(temporaryDir('photo'), name);
  const raw = { width, height, channels: 3 as const };
  fs.writeFileSync(file, await sharp(data, { raw }).jpeg({ quality: 92 }).toBuffer());
  return file;
}

/** Parts of a page that hide some of what stands in them. */
const cutOff = () =>
  [...document.querySelectorAll<HTMLElement>('body *')]
    .filter((e) => !e.matches('.vh,[type=file]') && getComputedStyle(e).overflowX !== 'visible')
    .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.outerHTML.slice(0, 90));

describe.skipIf(inject('chromium') === null)('a citizen’s telephone', () => {
  let stage: Stage;
  let files: string[];
  const bytes = new Map<string, number>();

  beforeAll(async () => {
    stage = await openStage({ console: false });
    files = await Promise.all(['现场一.jpg', '现场二.jpg'].map((n) => photoFile(n)));
  });
  afterAll(() => stage?.close());

  /** Axe finds nothing, nothing runs over the edge, and the page is light. */
  async function check(page: Page, name: string) {
    await stage.shoot(page, name);
    // Axe waits for timers, which a browser without scripts does not have.
    if (!name.startsWith('plain')) expect([name, await axe(page)]).toEqual([name, []]);
    expect([name, (await overflow(page)) <= 0]).toEqual([name, true]);
    expect([name, await page.evaluate(cutOff)]).toEqual([name, []]);
    const html = await page.content();
    const all = Buffer.byteLength(html) + (html.includes(SCRIPT.path) ? SCRIPT.text.length : 0);
    bytes.set(name, all);
    expect([name, all <= PAGE_BYTES_MAX]).toEqual([name, true]);
  }

  const press = (page: Page, name: string) =>
    page.getByRole('button', { name, exact: true }).first().click();
  const heading = (page: Page, text: string) =>
    page.getByRole('heading', { level: 1, name: text }).waitFor();
  const photosOn = (page: Page) => page.locator('.pics li img');

  /** Three screens, photos and all. */
  async function submit(page: Page, name: string, scripts: boolean) {
    await page.goto(`${stage.house.url}/submit`);
    await check(page, `${name}-1-empty`);
    await page.getByLabel('事情经过').fill(TEXT);
    if (scripts)
      await expect
        .poll(() => page.locator('#content-count').textContent())
        .toMatch(/还可写 \d+ 字/);
    await page.locator('input[type=file][name=photos]').setInputFiles(files);
    if (scripts) await page.getByText('照片传好了，共 2 张').waitFor({ timeout: 30_000 });
    else await press(page, '先把照片传上来');
    await expect.poll(() => photosOn(page).count()).toBe(2);
    await page.getByRole('button', { name: '不要了：照片 1' }).click();
    await expect.poll(() => photosOn(page).count()).toBe(1);
    expect(await page.getByLabel('事情经过').inputValue()).toBe(TEXT);
    await check(page, `${name}-1`);
    await press(page, '下一步');
    await heading(page, '我们怎么找您？');
    await page.locator('#phone').fill('138 0577 4471');
    await check(page, `${name}-2`);
    await press(page, '下一步');
    await heading(page, '看一看，对不对');
    expect(await photosOn(page).count()).toBe(1);
    await check(page, `${name}-3`);
    await page.locator('#send').click();
    await heading(page, '收到了，您可以放心');
    await check(page, `${name}-4-receipt`);
    return {
      orderNo: (await page.locator('input[name=orderNo]').getAttribute('value'))!,
      code: (await page.locator('input[name=code]').getAttribute('value'))!,
    };
  }

  const must = (a: { status: number; body: unknown }) => {
    if (a.status >= 300) throw new Error(JSON.stringify(a.body));
    return a.body as Record<string, never> & { version: number };
  };
  /** An act of the staff by the API. */
  async function act(login: string, orderId: string, name: string, input: object) {
    const who = await stage.house.as(login);
    const { version } = must(await who.get(`/api/orders/${orderId}`));
    const order = await who.post(`/api/orders/${orderId}/acts`, { act: name, version, input });
    return must(order);
  }
  /** The assignment of the unit that leads, and the version of its order. */
  async function leadOf(login: string, orderId: string) {
    const detail = must(await (await stage.house.as(login)).get(`/api/orders/${orderId}`)) as any;
    const { id } = detail.assignments.find((a: { kind: string }) => a.kind === 'lead');
    return { id: id as string, version: detail.version as number };
  }
  async function onLead(login: string, orderId: string, name: string, input: object) {
    const who = await stage.house.as(login);
    const lead = await leadOf(login, orderId);
    const body = { act: name, version: lead.version, input };
    return must(await who.post(`/api/assignments/${lead.id}/acts`, body));
  }
  const idOf = async (orderNo: string): Promise<string> =>
    (await stage.house.owner.query('select id from work_order where order_no = $1', [orderNo]))
      .rows[0].id;

  /** What is asked is seen first, and answered with a place and a photo. */
  async function supply(page: Page, orderId: string, name: string, scripts: boolean) {
    const missing = ['address', 'evidence'];
    await act('operator', orderId, 'ask_supplement', { missing, question: QUESTION });
    await page.reload();
    await heading(page, '还差一点情况');
    await page.getByText(QUESTION).waitFor();
    await check(page, `${name}-5-asked`);
    await page.getByRole('link', { name: '现在补充' }).click();
    await page.getByLabel('在哪里').fill('翠竹苑 3 幢');
    await page.getByLabel('您的回答').fill('水表房在 3 幢东边。');
    await page.locator('input[type=file][name=photos]').setInputFiles(files[1]!);
    if (scripts) await page.getByText('照片传好了，共 1 张').waitFor({ timeout: 30_000 });
    await check(page, `${name}-6-supplement`);
    await press(page, '提交');
    await page.getByText('补充好了，我们接着办').waitFor();
    await expect.poll(() => photosOn(page).count()).toBe(2);
    await check(page, `${name}-7-supplied`);
  }

  /** Staff take it to the end; the telephone follows. */
  async function work(page: Page, orderId: string, name: string) {
    const water = (
      await stage.house.owner.query(`select id from organization where code = 'WATER'`)
    ).rows[0].id;
    const areaCode = (
      await stage.house.owner.query(`select code from area where name = '南塘街道'`)
    ).rows[0].code;
    const accepted = { type: 'help', categoryCode: '0301', urgency: 'U2', areaCode };
    await act('operator', orderId, 'accept', accepted);
    await act('dispatcher', orderId, 'dispatch', { leadId: water, coIds: [] });
    await onLead('water', orderId, 'sign', {});
    const progress = { text: '抢修队到场，正在换阀门。', visibility: 'public' };
    await onLead('water.handler', orderId, 'progress', progress);
    await page.goto(`${stage.house.url}/track/view`);
    await heading(page, '单位正在办');
    await page.getByText('抢修队到场').waitFor();
    await check(page, `${name}-8-doing`);
  }

  /** The answer, and what the citizen says of it. */
  async function finish(page: Page, orderId: string, name: string) {
    const contact = { method: 'phone', reached: true, content: '已致电说明。' };
    await onLead('water.handler', orderId, 'first_contact', contact);
    const handler = await stage.house.as('water.handler');
    const lead = await leadOf('water.handler', orderId);
    must(await handler.put(`/api/assignments/${lead.id}/reply`, REPLY));
    await onLead('water.leader', orderId, 'submit_reply', { replyVersion: 1, waiverReason: '' });
    await act('auditor', orderId, 'audit_pass', { checklist: ['all_matters', 'finding'] });
    await page.goto(`${stage.house.url}/track/view`);
    await heading(page, '有答复了');
    await page.getByText(REPLY.publicVersion).waitFor();
    await check(page, `${name}-9-answered`);
    await press(page, '评一评');
    await heading(page, '这件事办得怎么样？');
    expect(await page.locator(':checked').count()).toBe(0);
    await check(page, `${name}-10-rate`);
    for (const [group, label] of [
      ['有人联系过您吗？', '联系过'],
      ['事情解决了吗？', '一部分'],
      ['您满意吗？', '基本满意'],
    ] as const) {
      await page.getByRole('group', { name: group }).getByRole('radio', { name: label }).check();
    }
    await check(page, `${name}-11-rated`);
    await press(page, '提交评价');
    await heading(page, '谢谢');
    await check(page, `${name}-12-thanks`);
    const said = await stage.house.owner.query(
      'select solved, satisfaction, contacted from evaluation where order_id = $1',
      [orderId],
    );
    expect(said.rows).toEqual([{ solved: 'partly_solved', satisfaction: 3, contacted: true }]);
  }

  it.each([
    ['js', true],
    ['plain', false],
  ] as const)('goes all the way: %s', async (name, scripts) => {
    const page = await stage.phone({ javaScriptEnabled: scripts });
    const pair = await submit(page, name, scripts);
    await press(page, '看进展');
    await heading(page, '收到了，正在安排');
    const id = await idOf(pair.orderNo);
    await supply(page, id, name, scripts);
    await work(page, id, name);
    await press(page, '催一下');
    await page.getByText('催过了').waitFor();
    const stored = await stage.house.owner.query(
      'select name, width, party from attachment where order_id = $1 order by bound_at',
      [id],
    );
    expect(stored.rows).toMatchObject([
      { name: '现场二.jpg', width: scripts ? 2000 : 2560, party: 'citizen' },
      { name: '现场二.jpg', width: scripts ? 2000 : 2560, party: 'citizen' },
    ]);
    await finish(page, id, name);
  });

  /** Targets a finger misses: lower than they must be in this edition. */
  const small = (page: Page, px: number) =>
    page.evaluate((min) => {
      const all = document.querySelectorAll<HTMLElement>('a,button,input,textarea,summary,.opt');
      return [...all]
        .filter((e) => !e.matches('.vh,.skip,[type=hidden]') && e.getClientRects().length > 0)
        .filter((e) => e.getBoundingClientRect().height < min)
        .map((e) => e.outerHTML.slice(0, 90));
    }, px);

  interface Edition {
    options: BrowserContextOptions;
    size?: string;
    /** The script never comes: what is then seen must hold as well. */
    bare?: boolean;
  }
  const EDITIONS: Record<string, Edition> = {
    large: { options: {}, size: 'large' },
    huge: { options: { colorScheme: 'dark' }, size: 'huge' },
    dark: { options: { colorScheme: 'dark' } },
    english: { options: { locale: 'en-GB' } },
    bare: { options: {}, bare: true },
    // 200 % zoom of a telephone leaves half its width.
    zoomed: { options: { viewport: { width: 188, height: 406 } } },
  };

  it.each(Object.keys(EDITIONS))('every page, for a reader of: %s', async (name) => {
    const { options, size, bare } = EDITIONS[name]!;
    const page = await stage.phone({ javaScriptEnabled: true, ...options });
    const { url } = stage.house;
    if (bare)
      await page.route('**/script/*', (r) =>
        r.fulfill({ body: '', contentType: 'text/javascript' }),
      );
    const look = async (what: string) => {
      await check(page, `${name}-${what}`);
      expect([what, await small(page, size ? 60 : 44)]).toEqual([what, []]);
    };
    const go = () => page.locator('.act button.p').first().click();
    await page.goto(size ? `${url}/?size=${size}` : `${url}/`);
    await look('home');
    await page.goto(`${url}/submit`);
    // Our own words say what is missing, not the browser's bubble.
    await go();
    await page.locator('.sum').waitFor();
    await look('mistake');
    await page.locator('#content').fill('三楼着火了，火很大，楼上还有老人出不来，快来救人。');
    // What is being mended is not red any more.
    if (!bare) expect(await page.locator('.sum, .bad, p.err[id]').count()).toBe(0);
    await go();
    await page.locator('.danger').waitFor();
    await look('danger');
    await page.locator('input[value=anonymous]').check({ force: true });
    await go();
    await page.locator('#send').waitFor();
    await look('check');
    await page.locator('#send').click();
    await page.locator('.slip').waitFor();
    await look('receipt');
    const orderNo = (await page.locator('input[name=orderNo]').getAttribute('value'))!;
    await go();
    await page.locator('.tk').waitFor();
    await look('view');
    for (const path of ['note', 'withdraw']) {
      await page.goto(`${url}/track/${path}`);
      await look(path);
    }
    const id = await idOf(orderNo);
    const calm = { add: [], remove: ['emergency'], reason: '已核实，不是火情' };
    await act('operator', id, 'set_flags', calm);
    await act('operator', id, 'ask_supplement', { missing: ['address'], question: QUESTION });
    await page.goto(`${url}/track/view`);
    await look('asked');
    await page.goto(`${url}/track/note`);
    await look('supplement');
    await page.goto(`${url}/track`);
    await look('door');
    await page.goto(`${url}/nowhere`);
    await look('error');
  });

  it('needs no mouse', async () => {
    const page = await stage.phone({ javaScriptEnabled: true });
    await page.goto(`${stage.house.url}/submit`);
    const { keyboard } = page;
    const to = async (selector: string) => {
      for (let i = 0; i < 40; i++) {
        await keyboard.press('Tab');
        if (await page.evaluate((at) => document.activeElement?.matches(at) ?? false, selector))
          return;
      }
      throw new Error(`Tab never came to ${selector}`);
    };
    await to('.skip');
    await keyboard.press('Enter');
    await to('#content');
    await keyboard.type('菜场后头那条弄堂路灯不亮好几天了。');
    await to('#photos');
    await to('.act button.p');
    await keyboard.press('Enter');
    await heading(page, '我们怎么找您？');
    await to('[name=who]');
    await keyboard.press('ArrowDown');
    expect(await page.locator('[name=who]:checked').inputValue()).toBe('anonymous');
    await to('[name=confidential]');
    await keyboard.press('Space');
    await to('.act button.p');
    await keyboard.press('Enter');
    await heading(page, '看一看，对不对');
    await to('#send');
    await keyboard.press('Enter');
    await heading(page, '收到了，您可以放心');
    await page.getByText('替您保密').waitFor();
  });

  it('has said nothing in the console of any browser but what was provoked', () => {
    const provoked = /status of (422 .*\/submit\/next|404 .*\/nowhere)$/;
    expect(stage.complaints.filter((line) => !provoked.test(line))).toEqual([]);
  });

  it('weighs little', () => {
    expect(bytes.size).toBeGreaterThan(16);
    if (process.env.SCREENSHOTS) console.table(Object.fromEntries(bytes));
  });
});
