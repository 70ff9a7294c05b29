/**
 * A chat as both sides see it: a citizen's telephone, 375 px, on a page of another house; an operator
 * whose hands stay on the keyboard. Resumed after a reload, the same in two tabs, a photo, an order
 * out of the chat, the rating at the end; handed to a colleague, looked at from above, and a message
 * left outside the hours.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { chatPolicy, hire } from '../flow/chat-bots.ts';
import { freePort, until } from '../processes.ts';
import { axe, overflow } from './follow.ts';
import { still } from './settle.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const ASKED = '翠竹苑3幢昨晚十点停水到现在，家里有老人，请尽快修好。';
const MORE = '六楼七楼都没有水，物业电话打不通。';
const PHONE = '13805774471';
const CARD = '公交卡怎么退？';
const LAMP = '南塘路和滨江路口的红绿灯不亮，三天了。';
const PREPARED = [
  ['gjk', '公交卡带上身份证，到任一公交服务点就能退，余额当场退。'],
  ['gjsj', '公交早班车 5:30，末班车 22:30，节假日顺延半小时。'],
] as const;

/** A page of somebody else: one script tag, a style that would break everything, no policy of ours. */
const page = (house: string) => `<!doctype html><html lang="zh-CN"><meta charset="utf-8">
  <meta name="viewport" content="width=device-width,initial-scale=1"><title>翠竹苑业主之家</title>
  <style>html{font-size:10px}button,p,div{color:#f0f!important;float:right;font:40px serif}</style>
  <main><h1>翠竹苑业主之家</h1></main><script src="${house}/chat/widget.js" defer></script></html>`;

/** Things to press that are lower or narrower than 44 px. */
const small = (dialog: Locator) =>
  dialog.evaluate((root) =>
    [...root.querySelectorAll<HTMLElement>('button,a,textarea,input:not([type=radio])')]
      .filter((e) => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44))
      .map((e) => `${e.tagName} ${e.textContent} ${e.offsetWidth} × ${e.offsetHeight}`),
  );

describe.skipIf(inject('chromium') === null)('a chat in Chromium', () => {
  let stage: Stage;
  let other: Server;
  let citizen: Page;
  let operator: Page;
  /** A citizen at the page of the house itself. */
  let own: Page;
  let elsewhere = '';
  const panel = (on: Page) => on.getByRole('dialog', { name: '12345 在线客服' });
  const lines = (on: Page) => panel(on).getByRole('log').locator('.l p').allTextContents();
  const rows = async (sql: string, values: unknown[] = []) =>
    (await stage.house.owner.query(sql, values)).rows;
  const accessible = async (on: Page, what: string) => {
    let found: string[] = [];
    const clean = async () => (found = await axe(on)).length === 0;
    await until(`axe, ${what}`, clean, 4_000).catch(() => expect(found, what).toEqual([]));
  };

  /** A page of the staff in the dark, narrow, and in English, for who wants to look at it. */
  const looks = async (on: Page, name: string) => {
    if (!process.env.SCREENSHOTS) return;
    await stage.shoot(on, name);
    await on.emulateMedia({ colorScheme: 'dark' });
    await stage.shoot(on, `${name}-dark`);
    await on.setViewportSize({ width: 375, height: 812 });
    await stage.shoot(on, `${name}-375`);
    await on.emulateMedia({ colorScheme: 'light' });
    await on.setViewportSize({ width: 1440, height: 900 });
    await on.evaluate(() => localStorage.setItem('console.language', '"en"'));
    await on.reload();
    await on.getByRole('log').waitFor();
    await stage.shoot(on, `${name}-en`);
  };

  beforeAll(async () => {
    const port = await freePort();
    elsewhere = `http://127.0.0.1:${port}`;
    stage = await openStage({ env: { CHAT_ORIGINS: elsewhere } });
    const html = page(stage.house.url);
    other = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    await new Promise<void>((done) => void other.listen(port, '127.0.0.1', done));
    operator = await stage.enter('operator', '/console/chat');
    citizen = await stage.phone({ javaScriptEnabled: true, hasTouch: true });
    await citizen.goto(elsewhere);
  });
  afterAll(async () => {
    other?.close();
    await stage?.close();
  });

  it('stands as one button on a page of another house, and opens over the whole screen', async () => {
    await citizen.getByRole('button', { name: '在线客服' }).tap();
    await panel(citizen).waitFor();
    expect(await panel(citizen).boundingBox()).toMatchObject({ x: 0, y: 0, width: 375 });
    expect(await overflow(citizen)).toBeLessThanOrEqual(0);
    await panel(citizen).getByRole('link', { name: '119' }).waitFor();
    expect(await small(panel(citizen))).toEqual([]);
    await accessible(citizen, 'the start');
    await stage.shoot(citizen, 'chat-1-start');
    // Esc puts it away, and the focus is where it was.
    await citizen.keyboard.press('Escape');
    const name = () =>
      citizen.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent);
    await until('the focus on the button', async () => (await name())?.startsWith('在线客服'));
    expect(await citizen.context().cookies(elsewhere)).toEqual([]);
  });

  it('waits until an operator is there', async () => {
    await citizen.getByRole('button', { name: '在线客服' }).tap();
    await panel(citizen).getByLabel('请说您的问题').fill(ASKED);
    await panel(citizen).getByLabel('称呼').fill('陈女士');
    await panel(citizen).getByLabel('电话').fill(PHONE);
    await panel(citizen).getByRole('button', { name: '开始咨询' }).tap();
    // Nobody is at a desk yet: it says so, and the words can be left at once.
    await panel(citizen).getByText('现在没有客服在线').waitFor();
    await panel(citizen).getByRole('button', { name: '留言' }).waitFor();
    await stage.shoot(citizen, 'chat-2-waiting');
    await until('asked', async () => (await lines(citizen)).includes(ASKED));
    // The operator begins to take chats with a key; the one that waits comes by itself.
    await operator.getByText('排队 1 人').waitFor();
    await operator.keyboard.press('Alt+s');
    await operator.getByRole('log').getByText(ASKED).waitFor();
    await panel(citizen).getByText('客服 1 号为您服务').waitFor();
    expect(await rows(`select state, clock from chat_session`)).toEqual([
      { state: 'open', clock: 'running' },
    ]);
  });

  it('is answered by keyboard alone, with a prepared answer and a note that stays inside', async () => {
    const write = operator.getByRole('combobox', { name: '回复' });
    await until('the focus', () => write.evaluate((e) => e === document.activeElement));
    await stage.shoot(operator, 'chat-desk-1-open');
    await operator.keyboard.type('您好，哪一幢、几楼？');
    await panel(citizen).getByText('客服正在输入').waitFor();
    await operator.keyboard.press('Enter');
    await panel(citizen).getByText('您好，哪一幢、几楼？').waitFor();
    expect(await rows(`select clock from chat_session`)).toEqual([{ clock: 'met' }]);
    await operator.keyboard.press('Alt+n');
    await operator.getByLabel('备注，仅内部可见').waitFor();
    await operator.keyboard.type('同小区已有三件停水');
    await stage.shoot(operator, 'chat-desk-2-note');
    await operator.keyboard.press('Enter');
    await operator.getByRole('log').getByText('仅内部可见').waitFor();
    await panel(citizen).getByRole('textbox', { name: '写消息' }).pressSequentially(MORE);
    await operator.getByText('对方正在输入').waitFor();
    await citizen.keyboard.press('Enter');
    await operator.getByRole('log').getByText(MORE).waitFor();
    expect((await lines(citizen)).some((line) => line.includes('同小区'))).toBe(false);
  });

  it('takes a photo, and shows it on both sides', async () => {
    const buffer = await sharp({
      create: { width: 1200, height: 900, channels: 3, background: '#7a93a8' },
    })
      .jpeg()
      .toBuffer();
    const [chooser] = await Promise.all([
      citizen.waitForEvent('filechooser'),
      panel(citizen).getByRole('button', { name: '照片' }).tap(),
    ]);
    await chooser.setFiles({ name: '停水.jpg', mimeType: 'image/jpeg', buffer });
    const shown = operator.getByRole('log').getByRole('img', { name: '照片' });
    await until('the photo', () => shown.evaluate((e: HTMLImageElement) => e.naturalWidth > 0));
    await panel(citizen).getByText('正在发送').waitFor({ state: 'detached' });
    const own = panel(citizen).getByRole('img', { name: '照片' });
    await until('their own', () => own.evaluate((e: HTMLImageElement) => e.naturalWidth > 0));
    expect(await rows(`select 1 from chat_message where kind = 'image'`)).toHaveLength(1);
  });

  it('goes on after a reload, and in two tabs shows the same without doubles', async () => {
    const before = await lines(citizen);
    await citizen.reload();
    await citizen.getByRole('button', { name: '在线客服' }).tap();
    await until('all of it', async () => (await lines(citizen)).length === before.length);
    expect(await lines(citizen)).toEqual(before);
    const second = await citizen.context().newPage();
    await second.goto(elsewhere);
    await second.getByRole('button', { name: '在线客服' }).tap();
    await panel(second).getByRole('textbox', { name: '写消息' }).fill('第二个页面写的');
    await second.keyboard.press('Enter');
    await panel(citizen).getByText('第二个页面写的').waitFor();
    // Without a network what is written is kept, and goes out once when it is back.
    await second.context().setOffline(true);
    await panel(second).getByText('网络断了').waitFor();
    await panel(second).getByRole('textbox', { name: '写消息' }).fill('断网时写的');
    await second.keyboard.press('Enter');
    await panel(second).getByText('正在发送').waitFor();
    await stage.shoot(second, 'chat-3-offline');
    await second.context().setOffline(false);
    await operator.getByRole('log').getByText('断网时写的').waitFor();
    await panel(citizen).getByText('断网时写的').waitFor();
    expect(await rows(`select count(*)::int n from chat_message where side = 'citizen'`)).toEqual([
      { n: 5 },
    ]);
    expect(await lines(second)).toEqual(await lines(citizen));
    await second.close();
  });

  it('becomes an order whose number and code come into the chat', async () => {
    await operator.keyboard.press('Alt+a');
    const words = operator.getByRole('textbox', { name: '诉求原文' });
    await until('the words', async () => (await words.inputValue()).includes(MORE));
    expect(await operator.getByRole('checkbox', { name: /照片 1 张/ }).isChecked()).toBe(true);
    expect(await words.inputValue()).toContain(ASKED);
    await operator.getByRole('button', { name: /采用/ }).waitFor();
    await stage.shoot(operator, 'chat-desk-3-order');
    await operator.keyboard.press('Alt+g');
    await operator.keyboard.press('F9');
    await operator.getByText('已登记，送到派单台').waitFor();
    await panel(citizen).getByText('查询码').waitFor();
    await stage.shoot(citizen, 'chat-4-order');
    const [order] = await rows(`select o.order_no, o.channel, o.contact_id = s.contact_id as same,
      o.category_code from work_order o, chat_session s`);
    expect(order).toMatchObject({ channel: 'chat', same: true, category_code: '0301' });
    expect(await rows(`select party from attachment where order_id is not null`)).toHaveLength(1);
    const slip = await panel(citizen).locator('.slip').textContent();
    expect(slip!.replace(/\D/g, '')).toContain(order.order_no);
    await accessible(operator, 'the desk');
    await stage.shoot(operator, 'chat-desk-4-filed');
    expect(await small(panel(citizen))).toEqual([]);
    await accessible(citizen, 'the chat');
  });

  it('counts what was said while the panel was shut', async () => {
    await citizen.keyboard.press('Escape');
    await operator.keyboard.press('Alt+m');
    await operator.keyboard.type('已经登记，请留意电话。');
    await operator.keyboard.press('Enter');
    await citizen.getByRole('button', { name: '在线客服1' }).waitFor();
    await stage.shoot(citizen, 'chat-5-unread');
    await citizen.getByRole('button', { name: '在线客服1' }).tap();
    await panel(citizen).getByText('请留意电话').waitFor();
    await operator.getByText('已读').waitFor();
  });

  it('ends, and the citizen rates it', async () => {
    await operator.keyboard.press('Alt+q');
    await operator.keyboard.press('Alt+q');
    await panel(citizen).getByText('您满意吗？').waitFor();
    await accessible(citizen, 'the rating');
    await stage.shoot(citizen, 'chat-6-rating');
    await panel(citizen).getByRole('radio', { name: '非常满意' }).tap();
    await panel(citizen).getByRole('radio', { name: '清楚了' }).tap();
    await panel(citizen).getByRole('button', { name: '提交评价' }).tap();
    await panel(citizen).getByText('收到您的评价').waitFor();
    expect(await rows(`select state, satisfaction, solved from chat_session`)).toEqual([
      { state: 'ended', satisfaction: 5, solved: true },
    ]);
    const [order] = await rows(`select id from work_order`);
    await operator.goto(`${stage.house.url}/console/orders/${order.id}`);
    await operator.getByText('在线对话').click();
    await operator.getByRole('log').getByText(MORE).waitFor();
    await stage.shoot(operator, 'chat-order-transcript');
  });

  it('is answered by a shortcut on a page of its own', async () => {
    own = await stage.phone({ javaScriptEnabled: true, hasTouch: true, colorScheme: 'dark' });
    await own.goto(`${stage.house.url}/chat`);
    await own.getByLabel('请说您的问题').waitFor();
    await accessible(own, 'the page');
    await stage.shoot(own, 'chat-7-page-dark');
    // Our own policy lets it talk: nothing is refused, and the operator has it at once.
    await own.getByLabel('请说您的问题').fill(CARD);
    await own.getByLabel('称呼').fill('王先生');
    await own.getByRole('button', { name: '开始咨询' }).tap();
    await own.getByText('客服 1 号为您服务').waitFor();
    const admin = await stage.house.as('admin');
    for (const [shortcut, zh] of PREPARED)
      expect((await admin.post('/api/chat/canned-answers', { shortcut, zh })).status).toBe(201);
    await operator.goto(`${stage.house.url}/console/chat`);
    await operator.getByRole('log').getByText(CARD).waitFor();
    await operator.getByRole('combobox', { name: '回复' }).pressSequentially('/gj');
    await operator.getByRole('option', { name: PREPARED[0][1] }).waitFor();
    await stage.shoot(operator, 'chat-desk-5-canned');
    await operator.keyboard.press('Enter');
    await operator.keyboard.press('Enter');
    await own.getByText(PREPARED[0][1]).waitFor();
  });

  it('is handed to a colleague with the notes, and looked at from above', async () => {
    const [login] = await hire(stage.house, 1);
    // Most of this test is three desks being drawn for the first time: two of them at once.
    const enter = (who: string) => stage.enter(who, '/console/chat');
    const [colleague, overseer] = await Promise.all([enter(login!), enter('supervisor')]);
    const seat = colleague.getByRole('group', { name: '接待开关' });
    await seat.getByText('不接待').waitFor();
    await colleague.keyboard.press('Alt+s');
    await seat.getByText('接待中').waitFor();
    await operator.keyboard.press('Alt+n');
    await operator.getByLabel('备注，仅内部可见').waitFor();
    await operator.keyboard.type('他还会问学生卡');
    await operator.keyboard.press('Enter');
    await operator.getByRole('log').getByText('他还会问学生卡').waitFor();
    await operator.keyboard.press('Alt+t');
    await operator.getByRole('combobox', { name: '转给' }).waitFor();
    await operator.keyboard.press('Enter');
    await operator.locator('.ant-select-item-option', { hasText: '2 号' }).waitFor();
    const marked = operator.locator('.ant-select-item-option-active', { hasText: '2 号' });
    await until('the colleague marked', async () => {
      // A list that opens marks what is chosen once more, a moment later.
      await still(operator);
      if ((await marked.count()) > 0) return true;
      await operator.keyboard.press('ArrowDown');
      return false;
    });
    await stage.shoot(operator, 'chat-desk-6-transfer');
    await operator.keyboard.press('Enter');
    // The list closes two tasks later; a Tab before that would choose once more and stay.
    await operator.getByRole('combobox', { name: '转给', expanded: false }).waitFor();
    await operator.keyboard.press('Tab');
    await operator.keyboard.type('学生卡归你们组');
    await operator.keyboard.press('Enter');
    // The colleague, who did nothing, has all of it; the citizen is told, and of no note.
    await colleague.getByRole('log').getByText(CARD).waitFor();
    for (const note of ['他还会问学生卡', '学生卡归你们组'])
      await colleague.getByRole('log').getByText(note).waitFor();
    await own.getByText('已为您转接，客服 2 号为您服务').waitFor();
    expect((await own.getByRole('log').textContent())!).not.toContain('学生卡');
    // What is not theirs any more is not on their screen either.
    await operator.getByRole('combobox', { name: '回复' }).waitFor({ state: 'detached' });
    await stage.shoot(operator, 'chat-desk-7-handed');
    await stage.shoot(colleague, 'chat-desk-8-taken');
    // Who looks after all of them reads along and writes notes only.
    await overseer.getByRole('log').getByText(CARD).waitFor();
    expect(await overseer.getByRole('combobox', { name: '回复' }).count()).toBe(0);
    await Promise.all([
      accessible(colleague, 'the desk of the colleague'),
      accessible(overseer, 'the overseer'),
    ]);
    await looks(overseer, 'chat-desk-9-overseer');
    await looks(colleague, 'chat-desk-10-colleague');
  });

  it('speaks in large type and in English', async () => {
    await own.goto(`${stage.house.url}/chat?size=huge`);
    await own.getByText(CARD).waitFor();
    expect(await overflow(own)).toBeLessThanOrEqual(0);
    await stage.shoot(own, 'chat-8-page-huge');
    await own.goto(`${stage.house.url}/?size=normal`);
    await own.goto(`${stage.house.url}/?lang=en`);
    await own.getByRole('button', { name: 'Chat' }).tap();
    await own.getByRole('textbox', { name: 'Message' }).waitFor();
    await stage.shoot(own, 'chat-9-home-english');
  });

  it('takes a message outside the hours, which is an order at once', async () => {
    await chatPolicy(stage.house, { hours: { from: '03:00', to: '03:01' } });
    const late = await stage.phone({ javaScriptEnabled: true, hasTouch: true });
    await late.goto(`${stage.house.url}/chat`);
    await late.getByLabel('请说您的问题').fill(LAMP);
    await late.getByRole('button', { name: '开始咨询' }).tap();
    const words = late.getByRole('textbox', { name: '请说您的问题' });
    await late.getByRole('button', { name: '留言' }).waitFor();
    // What was said is not to be typed again.
    expect(await words.inputValue()).toBe(LAMP);
    await accessible(late, 'the message');
    await stage.shoot(late, 'chat-10-away');
    await late.getByLabel('电话').fill(PHONE);
    await late.getByRole('button', { name: '留言' }).tap();
    await late.getByText('我们按您留的电话回复').waitFor();
    await late.getByText('查询码').waitFor();
    expect(await small(late.locator('section'))).toEqual([]);
    await stage.shoot(late, 'chat-11-left');
    await late.goto(`${stage.house.url}/chat?lang=en`);
    await late.getByText('We will call you back').waitFor();
    await stage.shoot(late, 'chat-12-left-english');
    const [left] = await rows(
      `select s.state, s.away, o.channel, t.content from chat_session s
        join work_order o on o.contact_id = s.contact_id join order_text t on t.order_id = o.id
        where s.state = 'left_message'`,
    );
    expect(left).toEqual({ state: 'left_message', away: 'hours', channel: 'chat', content: LAMP });
    // A look that was under way when the chat was handed over finds it gone.
    const known = /ERR_INTERNET_DISCONNECTED|404 \(Not Found\) \S+\/api\/chat\/chats\//;
    expect(stage.complaints.filter((c) => !known.test(c))).toEqual([]);
  });
});
