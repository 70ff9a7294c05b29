/**
 * The operator's desk as it is used: a telephone rings, words are typed, advice is taken by keys, F9
 * files it. The mouse is never touched. Prints keystrokes and seconds from ringing to the saved order.
 */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Page } from 'playwright-core';
import { demoDoorSecret, signedHeaders } from '../../src/door/index.ts';
import { createCrypto } from '../../src/platform/crypto.ts';
import { SECRET, until } from '../processes.ts';
import { T04 } from '../words.ts';
import { axe, overflow } from './follow.ts';
import { settled, still } from './settle.ts';
import { openStage, tellFailed } from './stage.ts';
import type { Stage } from './stage.ts';

const T07 =
  '两个事啊，第一个我们楼道电梯坏了一个礼拜没人修，物业讲没钱；第二个我工地上做了三个月，老板跑了工资没给。';
const T10 = '快点快点！隔壁楼三楼冒黑烟，看到火了，里面好像还有小孩！';
const T17 = '喂，又是我，翠竹苑停水的，我刚刚半个小时前打过，到现在还没来水！你们登记了没有啊？';
const CHEN = '13805774471';
const CITY = '13900001234';

const say = (...words: unknown[]) => process.stdout.write(`    ${words.join(' ')}\n`);

/** Hands on a keyboard that count what they do; a character typed is one stroke. */
function handsOn(page: Page) {
  let strokes = 0;
  return {
    strokes: () => strokes,
    async press(...keys: string[]) {
      for (const key of keys) {
        strokes += 1;
        await page.keyboard.press(key);
      }
    },
    async type(text: string) {
      strokes += text.length;
      await page.keyboard.type(text, { delay: 5 });
    },
  };
}

/**
 * Runs in the page: how high the beginning of the text stands in the field and in the lines behind it,
 * `step` characters more each time, to the last. Copies are measured: the two themselves are stretched
 * to the space there is.
 */
function heights(step: number): { above: number[]; below: number[] } {
  const area = document.querySelector<HTMLTextAreaElement>('.words textarea')!;
  const lines = document.querySelector<HTMLElement>('.words-lines')!;
  const field = area.cloneNode() as HTMLTextAreaElement;
  field.style.height = '0';
  const layer = lines.cloneNode() as HTMLElement;
  layer.style.alignSelf = 'start';
  area.after(field, layer);
  const above: number[] = [];
  const below: number[] = [];
  const measure = (length: number, drawn: Node) => {
    field.value = area.value.slice(0, length);
    above.push(field.scrollHeight);
    layer.replaceChildren(drawn, '\u200b');
    below.push(layer.getBoundingClientRect().height);
  };
  const texts = document.createTreeWalker(lines, NodeFilter.SHOW_TEXT);
  let before = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const { length } = node as Text;
    for (
      let i = step - (before % step);
      i <= length && before + i <= area.value.length;
      i += step
    ) {
      const range = document.createRange();
      range.setStart(lines, 0);
      range.setEnd(node, i);
      measure(before + i, range.cloneContents());
    }
    before += length;
  }
  const whole = document.createRange();
  whole.selectNodeContents(lines);
  measure(area.value.length, whole.cloneContents());
  field.remove();
  layer.remove();
  return { above, below };
}

describe.skipIf(inject('chromium') === null)('the operator in Chromium', () => {
  let stage: Stage;
  let page: Page;
  const rows = async (sql: string, values: unknown[] = []) =>
    (await stage.house.owner.query(sql, values)).rows;
  const words = () => page.getByRole('textbox', { name: '诉求原文' });
  const orders = () => rows('select * from work_order order by registered_at, id');
  const band = () => page.getByRole('alert', { name: '紧急' });
  /** What a person would wait for: the advice for what is written. */
  const advised = (text: string) =>
    page.locator('aside.side').getByText(text, { exact: false }).first().waitFor();

  const ring = async (phone: string, text: string, name = '') => {
    const operator = await stage.house.as('operator');
    const answer = await operator.post('/api/demo/ring', { phone, text, name });
    expect(answer.status).toBe(201);
    return performance.now();
  };
  const answered = async (phone: string, text: string, name = '') => {
    const rang = await ring(phone, text, name);
    await page.getByRole('button', { name: /接听/ }).waitFor();
    await page.keyboard.press('F3');
    await page.getByText('通话中').waitFor();
    return rang;
  };
  const seat = (state: string) => page.locator(`.seat.${state}`).waitFor();
  /** Hangs up, puts the form away, and is ready for the next caller. */
  const over = async () => {
    await page.keyboard.press('Alt+q');
    await page.getByLabel('来电号码').waitFor();
    await page.keyboard.press('F2');
    await seat('wrap_up');
    await page.keyboard.press('Alt+j');
    await seat('ready');
  };

  /** Nothing serious, once colours have stopped changing. */
  const accessible = async (what: string) => {
    let found: string[] = [];
    const clean = async () => {
      await still(page);
      return (found = await axe(page)).length === 0;
    };
    await until(`axe, ${what}`, clean, 4_000).catch(() => expect(found, what).toEqual([]));
  };

  beforeAll(async () => {
    stage = await openStage();
    page = await stage.enter('operator');
    // Only a demo rings.
    await stage.house.owner.query(`update deployment set kind = 'demo'`);
    await page.reload();
    await words().waitFor();
    // The telephone of the demo's account stands there already: one key.
    await seat('offline');
    await page.keyboard.press('Alt+j');
    await seat('ready');
  });
  afterAll(() => stage?.close());
  // One that failed leaves its caller on the line; the next begins without.
  afterEach(async ({ task }) => {
    await tellFailed(task);
    if ((await page.getByText('通话中').count()) > 0) await over();
  });

  it('hears the telephone, types, takes the advice by keys and files the order', async () => {
    const hands = handsOn(page);
    const title = await page.title();
    const rang = await ring(CHEN, T04, '陈女士');
    await page.getByRole('button', { name: /接听/ }).waitFor();
    const popped = performance.now() - rang;
    await until('the title', async () => (await page.title()).includes('来电'));
    await stage.shoot(page, 'operator-1-ringing');
    await hands.press('F3');
    await page.getByText('通话中').waitFor();
    await until('the focus in the words', () =>
      words().evaluate((e) => e === document.activeElement),
    );
    await until('the old title', async () => (await page.title()) === title);
    await hands.type(T04);
    await advised('0301');
    expect(await words().inputValue()).toBe(T04);
    // Advice fills nothing by itself.
    expect(await page.getByLabel('事发地址').inputValue()).toBe('');
    await stage.shoot(page, 'operator-2-advice');
    await hands.press('Alt+1', 'Alt+2', 'Alt+3');
    expect(await page.getByLabel('事发地址').inputValue()).not.toBe('');
    await hands.press('F9');
    await page.getByText('查询码', { exact: true }).waitFor();
    const seconds = (performance.now() - rang) / 1000;
    await stage.shoot(page, 'operator-3-receipt');
    const [order] = await orders();
    expect(order).toMatchObject({
      type: 'help',
      category_code: '0301',
      urgency: 'U2',
      state: 'pending_dispatch',
    });
    const stored = await (await stage.house.as('operator')).get(`/api/orders/${order.id}`);
    expect(stored.body).toMatchObject({ content: T04, area: { name: '南塘街道' } });
    const [call] = await rows('select contact_id from call order by created_at desc');
    expect(order.contact_id).toBe(call.contact_id);
    say(`the desk pops after ${Math.round(popped)} ms`);
    say(`T04 typed: ${hands.strokes()} strokes (${T04.length} of them characters),`);
    say(`${seconds.toFixed(1)} s from ringing to the saved order, without the time to think`);
    expect(hands.strokes() - T04.length).toBeLessThanOrEqual(5);
    await over();
  });

  it('takes the caller’s words over with one key instead of typing them', async () => {
    const hands = handsOn(page);
    const rang = await answered(CITY, '我们小区门口路灯坏了三天，晚上一片黑。', '王先生');
    await page.getByText('晚上一片黑').waitFor();
    await hands.press('Alt+k');
    await advised('采用');
    await hands.press('Alt+1', 'Alt+2', 'F9');
    await page.getByText('查询码', { exact: true }).waitFor();
    const seconds = (performance.now() - rang) / 1000;
    say(`taken over: ${hands.strokes() + 1} strokes, ${seconds.toFixed(1)} s`);
    // Ready again with the receipt in sight: when somebody else rings, number and code are gone.
    const code = (await page.locator('.receipt-code').textContent())!;
    const ofLast = async () =>
      (await page.getByText(code).count()) + (await page.getByText('再看回执').count());
    await hands.press('Alt+q');
    await seat('wrap_up');
    await hands.press('Alt+j');
    await seat('ready');
    await page.getByRole('button', { name: '通知' }).click();
    await ring('13900004321', '问一下社保卡怎么补办。');
    await page.getByRole('button', { name: /接听/ }).waitFor();
    await page.locator('#notice-menu').waitFor({ state: 'detached' });
    await page.getByText('没有历史工单').waitFor();
    await until('no receipt', async () => (await ofLast()) === 0);
    await stage.shoot(page, 'operator-3b-next-rings');
    await hands.press('F3');
    await page.getByText('通话中').waitFor();
    expect(await ofLast()).toBe(0);
    await words().fill('社保卡怎么补办');
    await hands.press('Alt+q');
    await page.getByText('这件还没登记').waitFor();
    await page.getByText('再看回执').waitFor();
    await stage.shoot(page, 'operator-3c-wrap-up');
    // Put aside and taken up again after the wrap-up: as it was, under its key, its number masked.
    const key = () =>
      page.evaluate(() => {
        const kept = Object.entries(localStorage).find(([name]) => name.endsWith('.register'));
        return JSON.parse(kept?.[1] ?? '{}').key;
      });
    await page.getByText('草稿已存').waitFor();
    const first = await key();
    const back = page.getByRole('button', { name: '换回来' });
    await hands.press('F2', 'Alt+j');
    await seat('ready');
    await back.click();
    expect(await words().inputValue()).toBe('社保卡怎么补办');
    expect(await page.getByLabel('来电号码').inputValue()).toBe('139****4321');
    await until('its key', async () => (await key()) === first);
    // Filed only after it was put away: the next form stays as it is, and the code waits.
    let release = () => {};
    const held = new Promise<void>((go) => (release = go));
    await page.route('**/api/orders', async (route) => {
      await held;
      await route.continue();
    });
    await hands.press('F9', 'F2');
    await back.waitFor();
    await words().fill('下一位说的话');
    release();
    await back.waitFor({ state: 'detached' });
    await page.unroute('**/api/orders');
    expect(await words().inputValue()).toBe('下一位说的话');
    expect(await page.getByText('查询码', { exact: true }).count()).toBe(0);
    const filed = String((await orders()).at(-1).order_no);
    const stroked = `${filed.slice(0, 8)}-${filed.slice(8)}`;
    await page.getByText(`上一件 ${stroked} 已登记`).waitFor();
    // Put aside, and nobody wants it.
    await hands.press('F2');
    await page.getByRole('button', { name: '不要了' }).click();
    expect(await back.count()).toBe(0);
  });

  it('urges the order that stands when the same caller asks again', async () => {
    const before = (await orders()).length;
    await answered(CHEN, T17, '陈女士');
    await page.getByRole('heading', { name: '未结 1 件' }).waitFor();
    await page.keyboard.type(T17);
    await advised('记一次催办，不另立单');
    await stage.shoot(page, 'operator-4-append');
    await page.keyboard.press('Alt+4');
    await page.getByText('已记一次催办').waitFor();
    await stage.shoot(page, 'operator-5-urged');
    expect(await orders()).toHaveLength(before);
    const [urged] = await rows(
      `select outcome, outcome_order_id from contact where outcome is not null`,
    );
    expect(urged.outcome).toBe('urged');
    expect(urged.outcome_order_id).toBe((await orders())[0].id);
    expect(await rows(`select 1 from act where act = 'urge'`)).toHaveLength(1);
    await over();
  });

  it('hands an emergency over before anything is recorded, and records it after a reload', async () => {
    await answered('15900002086', T10);
    await page.keyboard.type(T10);
    await band().waitFor();
    // Blanks that pick characters and words that go on must neither press the red button nor be lost.
    await page.keyboard.type(' 快');
    expect(await words().inputValue()).toBe(`${T10} 快`);
    expect(await rows('select 1 from handover')).toHaveLength(0);
    expect(await page.getByRole('button', { name: /补单并移送/ }).isDisabled()).toBe(true);
    await page.keyboard.press('F9');
    const first = page.getByRole('button', { name: /转接 119/ });
    await until('the focus on 119', () => first.evaluate((e) => e === document.activeElement));
    // Whoever writes on is back in the text.
    await page.keyboard.type('点');
    expect(await words().inputValue()).toBe(`${T10} 快点`);
    await stage.shoot(page, 'operator-6-emergency');
    const count = (await orders()).length;
    await page.keyboard.press('Alt+9');
    await until('handed over', async () => (await rows('select 1 from handover')).length === 1);
    expect(await orders()).toHaveLength(count);
    await page.getByText('已移交 119').waitFor();
    await page.reload();
    await page.getByText('已移交 119').waitFor();
    expect(await words().inputValue()).toBe(`${T10} 快点`);
    await page.getByLabel('对方接警编号').fill('119-0312');
    await stage.shoot(page, 'operator-7-handed');
    await page.keyboard.press('F9');
    await page.getByText('已移送，对方已接警').waitFor();
    const [order] = await rows(
      `select o.state, o.transfer_target, o.closing_type from work_order o
         join handover h on h.order_id = o.id`,
    );
    expect(order).toEqual({
      state: 'closed',
      transfer_target: '119',
      closing_type: 'transferred',
    });
    await over();
  });

  it('asks who it is after the hand-over; the record is urgent in every list, and gone with who left', async () => {
    await words().click();
    await page.keyboard.type(T10);
    await band().waitFor();
    await page.keyboard.press('Alt+9');
    await page.getByText('已移交 119').waitFor();
    // What is answered now goes into the words, not nowhere.
    await page.keyboard.type('三号楼');
    expect(await words().inputValue()).toBe(`${T10}三号楼`);
    // Where it is, heard in those words, is taken with one key in an emergency, too.
    await page.keyboard.type('，在翠竹苑2幢1单元');
    await page.getByRole('button', { name: /采用/ }).waitFor();
    await page.keyboard.press('Alt+3');
    await until(
      'the place',
      async () => (await page.getByLabel('事发地址').inputValue()) === '翠竹苑2幢1单元',
    );
    await page.getByLabel('来电号码').fill('13911112222');
    await page.getByLabel('称呼').fill('章小满');
    await page.keyboard.press('F9');
    await page.getByText('已补单，已移送').waitFor();
    await stage.shoot(page, 'operator-10-transferred');
    const last = (await orders()).at(-1);
    expect(last).toMatchObject({ state: 'transferred', urgency: 'U1' });
    const seen = await (await stage.house.as('operator')).get(`/api/orders/${last.id}`);
    expect(seen.body.requester).toMatchObject({ phone: '139****2222' });
    const code = (await page.locator('.receipt-code').textContent())!;
    await page.getByRole('link', { name: /^工单/ }).click();
    const row = page.locator(`[data-row="${last.id}"]`);
    await row.getByText('特急', { exact: true }).waitFor();
    await row.getByText('紧急件').waitFor();
    await row.getByText('电话', { exact: true }).waitFor();
    await stage.shoot(page, 'operator-11-list');
    // Back at the desk the receipt is still there; after the sign-out it is nobody's.
    await page.getByRole('link', { name: '接听', exact: false }).first().click();
    await page.getByText(code).waitFor();
    await page.getByRole('button', { name: /话务/ }).click();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('textbox', { name: '账号' }).fill('operator');
    await page.getByLabel('密码').first().fill('yunting-demo-12345');
    await page.keyboard.press('Enter');
    await words().waitFor();
    expect(await page.getByText(code).count()).toBe(0);
    // Whoever signed out left the seat.
    await seat('offline');
    await page.keyboard.press('Alt+j');
    await seat('ready');
  });

  it('makes the title for the category that was chosen, and shows what was taken', async () => {
    await words().fill('我是翠竹苑3幢的业主，路灯坏了，楼上漏水漏到我家客厅了，物业不管');
    await page.locator('aside.side .alt button').first().waitFor();
    // What is refused leads to what is missing.
    await page.keyboard.press('F10');
    await page.keyboard.press('F9');
    await page.getByRole('alert').getByText('直接答复要选诉求类型').waitFor();
    const types = page.locator('[data-at="type"] input').first();
    await until('the type', () => types.evaluate((e) => e === document.activeElement));
    await page.keyboard.press('F10');
    await page.keyboard.press('Alt+1');
    const title = page.getByLabel('标题');
    await until('a title', async () => (await title.inputValue()) !== '');
    const other = page.locator('aside.side .alt button').first();
    const code = (await other.textContent())!.slice(0, 4);
    await other.click();
    await page.locator('aside.side .alt').getByText('已采用').waitFor();
    expect(await title.inputValue()).toBe('');
    const made = () => title.getAttribute('placeholder');
    const { body } = await (
      await stage.house.as('operator')
    ).post('/api/advise', { content: await words().inputValue(), categoryCode: code });
    await until('its title', async () => (await made()) === `不填就用：${body.title}`);
    await page.keyboard.press('F9');
    await page.getByText('查询码', { exact: true }).waitFor();
    const { id, category_code } = (await orders()).at(-1);
    expect(category_code).toBe(code);
    const stored = await (await stage.house.as('operator')).get(`/api/orders/${id}`);
    expect(stored.body.title).toBe(body.title);
    await page.keyboard.press('F2');
  });

  it('urges an earlier order on the second press only, and says who will read it', async () => {
    const urges = async () => (await rows(`select 1 from act where act = 'urge'`)).length;
    const before = await urges();
    await page.getByLabel('来电号码').fill(CHEN);
    await page.getByRole('heading', { name: '未结 1 件' }).waitFor();
    await page.keyboard.press('Alt+u');
    await page.getByText('现在没有单位在办，中心会看到。再按一次').waitFor();
    expect(await urges()).toBe(before);
    await stage.shoot(page, 'operator-12-urge');
    await page.keyboard.press('Alt+u');
    await page.getByText('已记一次催办').waitFor();
    await page.getByText('现在没有单位在办，中心会看到。').waitFor();
    await page.getByText('要催下面的单，先按 Alt R').waitFor();
    expect(await urges()).toBe(before + 1);
    await page.keyboard.press('F2');
    await page.getByRole('searchbox').fill(CHEN);
    await page.getByText('电话号码请到接听台').waitFor();
    await page.keyboard.press('Escape');
  });

  it('opens the list of keys from within the words', async () => {
    await words().fill('路灯');
    await words().focus();
    await page.keyboard.press('F1');
    const help = page.getByRole('dialog');
    for (const key of ['F1', 'Alt 1', 'Alt 2', 'Alt 3'])
      await help.getByText(key, { exact: true }).waitFor();
    await stage.shoot(page, 'operator-13-keys');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    expect(await words().inputValue()).toBe('路灯');
    await page.getByRole('contentinfo').getByText('F1', { exact: true }).waitFor();
    await page.keyboard.press('F2');
  });

  it('leaves an emergency only with a reason, which takes the mark off', async () => {
    await words().click();
    await page.keyboard.type('咨询一下，煤气泄漏着火了应该打哪个电话，是119吗？厨房现在着火怎么办');
    await band().waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('不是紧急，因为').waitFor();
    await page.keyboard.press('F9');
    await page.getByText('写明为什么不是紧急').waitFor();
    await page.getByRole('button', { name: '只是咨询' }).click();
    await page.keyboard.press('F9');
    await page.getByText('查询码', { exact: true }).waitFor();
    const last = (await orders()).at(-1);
    expect(last.emergency).toBeNull();
    expect(await rows(`select 1 from act where act = 'set_flags'`)).toHaveLength(1);
    await page.keyboard.press('F2');
  });

  it('files two matters of one call as two orders', async () => {
    const before = (await orders()).length;
    await answered('13711112222', T07);
    await page.keyboard.type(T07);
    const side = page.locator('aside.side');
    await side.getByRole('button', { name: /拆成 2 件/ }).waitFor();
    await side.locator('.sug-list').getByText(/工资/).first().waitFor();
    await page.keyboard.press('Alt+4');
    await page.getByText('拆成 2 件，一起登记').waitFor();
    await page.keyboard.type('，还欠着三个月的房租');
    await stage.shoot(page, 'operator-8-split');
    await page.keyboard.press('F9');
    await page.getByRole('heading', { name: /第 2 件/ }).waitFor();
    await page.getByText('查询码', { exact: true }).nth(1).waitFor();
    await stage.shoot(page, 'operator-9-split-receipt');
    const made = (await orders()).slice(before);
    expect(made.map((o) => o.category_code)).toEqual(['0101', '0601']);
    const second = await (await stage.house.as('operator')).get(`/api/orders/${made[1].id}`);
    expect(second.body.content).toContain('老板跑了工资没给');
    expect(second.body.content).toContain('还欠着三个月的房租');
    expect(new Set(made.map((o) => o.contact_id)).size).toBe(1);
    await over();
  });

  it('finds a category by initials, an address by pinyin, and lists every key', async () => {
    await page.getByLabel('类别').first().click();
    await page.keyboard.type('gs');
    await page.locator('.ant-select-item-option-active').getByText('0301').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.ant-select').filter({ hasText: '0301' }).first().waitFor();
    await page.getByLabel('事发地址').click();
    await page.keyboard.type('cuizhy');
    await page.locator('.ant-select-item-option').filter({ hasText: '翠竹苑' }).first().waitFor();
    // The answer to the last letter makes the list anew.
    await settled(page);
    await page.keyboard.press('ArrowDown');
    await page.locator('.ant-select-item-option-active').filter({ hasText: '翠竹苑' }).waitFor();
    await page.keyboard.press('Enter');
    await until('the address', async () => (await page.getByLabel('事发地址').inputValue()) === '翠竹苑'); // prettier-ignore
    await page.getByText('南塘街道').first().waitFor();
    await page.locator('h2').first().click();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    for (const key of ['F9', 'F2', 'F10']) await help.getByText(key, { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('F2');
  });

  it('keeps the draft through a reload and a sign-out, the number only in this tab', async () => {
    await page.getByLabel('来电号码').fill(CITY);
    await words().fill('楼下烧烤店油烟很大，每天到半夜。');
    await page.getByText('草稿已存').waitFor();
    await page.reload();
    await until('the draft', async () => (await words().inputValue()).includes('烧烤店'));
    expect(await page.getByLabel('来电号码').inputValue()).toBe(CITY);
    await advised('采用');
    // The page is left first: what it asks for after the sign-out would be refused.
    const [here, { url }] = [page.url(), stage.house];
    await page.goto('about:blank');
    const left = await page.request.delete(`${url}/api/session`, { headers: { origin: url } });
    expect(left.ok()).toBe(true);
    await page.goto(here);
    const stored = await page.evaluate(() => JSON.stringify(localStorage));
    expect(stored).toContain('烧烤店');
    expect(stored).not.toContain(CITY);
    await page.getByRole('textbox', { name: '账号' }).fill('operator');
    await page.getByLabel('密码').first().fill('yunting-demo-12345');
    await page.keyboard.press('Enter');
    await until('the draft', async () => (await words().inputValue()).includes('烧烤店'));
  });

  it('goes on a break and comes back, holds the caller, and opens whom to pass on to, all by keys', async () => {
    // Who signed out has left the seat.
    await seat('offline');
    await page.keyboard.press('Alt+j');
    await seat('ready');
    await page.keyboard.press('Alt+x');
    await page.getByRole('button', { name: /用餐/ }).waitFor();
    await page.keyboard.press('2');
    await seat('break');
    await page.keyboard.press('Alt+j');
    await seat('ready');
    await answered(CITY, '路灯不亮。', '王先生');
    await page.getByRole('button', { name: /保持/, disabled: false }).waitFor();
    await page.keyboard.press('F6');
    await page.getByText('保持中').waitFor();
    await page.keyboard.press('F6');
    await page.getByText('通话中').waitFor();
    await page.keyboard.press('F8');
    const whom = page.getByRole('textbox', { name: '转给谁' });
    await whom.waitFor();
    await stage.shoot(page, 'operator-14-transfer');
    await page.keyboard.press('Escape');
    await whom.waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+w');
    await page.getByText('如果继续辱骂，我会结束这次通话').waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByText('近期警告 1 次').waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByText('再说一遍，不另计').waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByText('一通电话只记一次警告').waitFor();
    // Held before a colleague is asked or not: one key brings the caller back.
    await page.keyboard.press('F6');
    await page.getByText('保持中').waitFor();
    await page.keyboard.press('F7');
    await page.getByRole('textbox', { name: '问谁' }).waitFor();
    await page.keyboard.type('8009');
    await page.keyboard.press('Enter');
    await page.getByText('正与 8009 商量').waitFor();
    await stage.shoot(page, 'operator-14b-consult');
    await page.keyboard.press('F7');
    await page.getByText('通话中').waitFor();
    // Passed on to where nobody sits: the call is theirs no more, and the next one rings and is taken.
    await page.keyboard.press('F8');
    await whom.waitFor();
    await page.keyboard.type('8003');
    await page.getByText('8003 没有同事在座').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('已转接 8003').waitFor();
    await seat('wrap_up');
    expect(await page.getByText('通话中').count()).toBe(0);
    await stage.shoot(page, 'operator-14c-passed');
    await page.keyboard.press('F2');
    await page.keyboard.press('Alt+j');
    await seat('ready');
    // The citizen, whom nobody takes there, hangs up.
    const [{ external_id: passed }] = await rows(
      `select external_id from call where state = 'talking'`,
    );
    const hangUp = `fetch('/demo/hangup', { method: 'POST', body: new URLSearchParams({ id: '${passed}' }) })`;
    await page.evaluate(`${hangUp}.then(() => true)`);
    await until('the end', async () => (await rows(`select 1 from call where state = 'talking'`)).length === 0); // prettier-ignore
    await answered('13900004322', '路灯还是不亮。');
    await over();
  });

  it('returns the call of who gave up waiting, by keys', async () => {
    const said = async (type: string, more: object = {}) => {
      const body = JSON.stringify({ type, callId: 'gave-up', at: await now(), ...more });
      const secret = demoDoorSecret(createCrypto(SECRET), 'demo-switch');
      const headers = signedHeaders(secret, {
        source: 'demo-switch',
        id: `gave-up-${type}`,
        body,
        at: new Date(),
      });
      const url = `${stage.house.url}/cti/v1/events`;
      const answer = await fetch(url, { method: 'POST', headers, body });
      expect(await answer.json()).toMatchObject({ state: 'done' });
    };
    const now = async () => (await rows('select app_now() as now'))[0].now.toISOString();
    await said('call.ringing', { from: '13700001111', to: '12345' });
    await said('call.abandoned');
    await page.getByRole('link', { name: /^回拨/ }).click();
    await page.getByText('没等到接听就挂了').waitFor();
    await page.getByText(/还有 \d+ 分/).waitFor();
    await stage.shoot(page, 'calls-1-open');
    await page.keyboard.press('t');
    await page.getByRole('link', { name: '我领的' }).click();
    await page.locator('.return-panel').getByText('137 0000 1111').waitFor();
    await page.keyboard.press('r');
    await words().waitFor();
    await page.getByText('没有历史工单').waitFor();
    expect(await page.getByLabel('来电号码').inputValue()).toBe('13700001111');
    const [attempt] = await rows('select result, contact_id from return_attempt');
    expect(attempt.result).toBe('reached');
    await words().fill('刚才没人接，楼道灯坏了。');
    await page.keyboard.press('F9');
    await page.getByText('查询码', { exact: true }).waitFor();
    const last = (await orders()).at(-1);
    expect(last.contact_id).toBe(attempt.contact_id);
    await page.keyboard.press('F2');
  });

  it('plays what was recorded on the order’s page, and shows to who oversees that it was heard', async () => {
    const [recorded] = await rows(
      `select o.id from recording r join call c on c.id = r.call_id
         join work_order o on o.contact_id = c.contact_id order by r.ready_at limit 1`,
    );
    const oversees = await stage.enter('supervisor', `/console/orders/${recorded.id}`);
    await oversees.getByText('还没有人听过').waitFor();
    await oversees.getByRole('button', { name: '听录音' }).click();
    await oversees.getByRole('button', { name: '听并记录' }).click();
    // Heard, not only asked for: a browser refuses what the page's policy does not allow.
    await oversees.getByText('听过 1 次').waitFor();
    const lasts = () => oversees.locator('audio').evaluate((a: HTMLAudioElement) => a.duration);
    await until('its length', async () => (await lasts()) > 0);
    await oversees.close();
  });

  it('asks for a restriction after the third warning; somebody else decides, to a day that is shown', async () => {
    await answered('13700002222', '你们都是饭桶！');
    // Warned twice before, on calls of an hour ago.
    await rows(
      `insert into call_warning (id, call_id, phone_hmac, user_id, at)
         select gen_random_uuid(), c.id, now.phone_hmac, now.operator_id, app_now() - interval '1 hour'
           from call c, (select * from call where state = 'talking') now where c.id <> now.id limit 2`,
    );
    await page.keyboard.press('Alt+w');
    await page.getByText('如果继续辱骂，我会结束这次通话').waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByText('近期警告 3 次').waitFor();
    await page.getByRole('button', { name: '提请受限' }).click();
    await page.keyboard.type('三次来电都在辱骂');
    await page.keyboard.press('Enter');
    await page.getByText('已提请，等决定').waitFor();
    await stage.shoot(page, 'operator-15-proposed');
    await over();
    const decides = await stage.enter('supervisor', '/console/calls');
    await decides.getByText('三次来电都在辱骂').first().waitFor();
    const days = decides.locator('aside.side input');
    await until('the policy’s days', async () => (await days.inputValue()) === '7');
    await days.fill('');
    await decides.getByText('限制总有到期的一天').waitFor();
    expect(await decides.getByRole('button', { name: /^受限/ }).isDisabled()).toBe(true);
    await days.fill('3');
    await stage.shoot(decides, 'calls-2-decide');
    await decides.keyboard.press('Control+Enter');
    await decides.getByText('已设为受限').waitFor();
    const [made] = await rows(
      `select r.until - r.set_at = interval '3 days' as days, p.proposed_by <> r.set_by as two
         from restricted_caller r join restriction_proposal p on p.restricted_id = r.id`,
    );
    expect(made).toEqual({ days: true, two: true });
    await decides.close();
  });

  it('draws its lines exactly under the words, however they wrap', async () => {
    const texts = [T04.repeat(4), `${T10}\n\n${T07} abc def  ghi ${'x'.repeat(90)}`, `${T17}\n`];
    for (const width of [1440, 1100, 800, 375]) {
      await page.setViewportSize({ width, height: 900 });
      for (const text of texts) {
        await words().fill(text);
        // Only what is marked can wrap differently.
        await page.locator('.words-lines mark').first().waitFor({ state: 'attached' });
        const { above, below } = await page.evaluate(heights, 5);
        expect(above).toHaveLength(Math.floor(text.length / 5) + 1);
        expect(below, `${width}: ${text.slice(0, 10)}`).toEqual(above);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('is without serious faults of access, in the dark, and at 375 px', async () => {
    await words().fill(T04);
    await advised('0301');
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await accessible(scheme);
      await stage.shoot(page, `operator-${scheme}`);
      await words().fill(T10);
      await band().waitFor();
      await accessible(`${scheme}, emergency`);
      await stage.shoot(page, `operator-emergency-${scheme}`);
      await words().fill(T04);
      await advised('0301');
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 375, height: 812 });
    await still(page);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await accessible('375');
    await stage.shoot(page, 'operator-375');
    await words().fill(T10);
    await band().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await stage.shoot(page, 'operator-emergency-375');
    expect(stage.complaints).toEqual([]);
  });
});
