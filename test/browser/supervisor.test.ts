/**
 * A supervisor's half hour: real processes and a real browser, the platform's clock moved to a moment
 * before each instant; nobody edits a due. Every page was opened before what it shows happened and is
 * never loaded again: what was noted inside it would be gone.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { connect, moveClock } from '../../src/platform/db.ts';
import type { Connection } from '../../src/platform/db.ts';
import { NANTANG, must, walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';
import { newKey, until } from '../processes.ts';
import { loginOf } from '../words.ts';
import { axe, follow, overflow } from './follow.ts';
import type { Followed, Probes } from './follow.ts';
import { still } from './settle.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** How far before an instant the clock lands: boards learn of a jump within a second. */
const LEAD_MS = 2_500;
/** A figure turns this soon after its instant, a row of a list this soon; a busy machine included. */
const FIGURE_MS = 4_000;
const LIST_MS = 8_000;
/** Longer than a browser takes to find its way back. */
const BACK_MS = 30_000;

/** Monday; the days of this fortnight are ordinary ones. */
const BEGIN = '2026-11-09 09:00';

/** The orders, by words that stand at their beginning. */
const ORDERS = {
  /** The city's calendar, 3 working days: Tuesday to Thursday. */
  noise: { unit: 'ZHZF', urgency: 'U3', type: 'complaint', category: '0209', words: '工地打桩' },
  /** A calendar without nights and weekends: the same three days, but until midnight. */
  leak: { unit: 'WATER', urgency: 'U3', type: 'help', category: '0301', words: '水管爆裂' },
  /** 5 working days: Tuesday to Monday in an office, Tuesday to Saturday where nobody rests. */
  stall: { unit: 'ZHZF', urgency: 'U4', type: 'help', category: '0210', words: '摊位占道' },
  pressure: { unit: 'WATER', urgency: 'U4', type: 'help', category: '0301', words: '水压不足' },
} as const;
type Name = keyof typeof ORDERS;
const DUE: Record<Name, string> = {
  noise: '2026-11-12 17:30',
  leak: '2026-11-13 00:00',
  stall: '2026-11-16 17:30',
  pressure: '2026-11-15 00:00',
};

const at = (city: string) => new Date(`${city.replace(' ', 'T')}:00+08:00`);
const say = (...words: unknown[]) => process.stdout.write(`    ${words.join(' ')}\n`);

const LAMPS = { roomy: '充裕', soon: '将到期', today: '今日到期', overdue: '超期' } as const;
type Lit = readonly [roomy: number, soon: number, today: number, overdue: number];
const lampsIn = (selector: string): Probes =>
  Object.fromEntries(
    Object.entries(LAMPS).map(([lamp, word]) => [lamp, [selector, `${word}\\s*(\\d+)`]]),
  );
/** The word of the chip in the row of an order. */
const chipsIn = (row: string): Probes =>
  Object.fromEntries(
    Object.entries(ORDERS).map(([name, { words }]) => [
      name,
      [row, `(..)(?:[余刚休]|\\d)[\\d日时分]*.*${words}`],
    ]),
  );

/** A year's notice as the file of holiday-cn says it; invented. */
const NOTICE_2027 = {
  year: 2027,
  papers: ['测试用，不是国务院通知'],
  days: [
    ...['01', '02', '03'].map((d) => ({ name: '元旦', date: `2027-01-${d}`, isOffDay: true })),
    ...['05', '06', '07', '08', '09', '10', '11'].map((d) => ({
      name: '春节',
      date: `2027-02-${d}`,
      isOffDay: true,
    })),
    { name: '春节', date: '2027-02-20', isOffDay: false },
  ],
};

describe.skipIf(inject('chromium') === null)("a supervisor's half hour in Chromium", () => {
  let stage: Stage;
  let owner: Connection;
  let w: Walk;
  const ids = {} as Record<Name, string>;
  let board: Followed;
  let wall: Followed;
  let list: Followed;
  let late: Followed;
  let verdicts: Followed;
  let answers: Followed;
  let notices: Followed;
  let unitBoard: Followed;
  let days: Followed;
  /** What axe said of each page. */
  const found: Record<string, string[]> = {};

  /** Moves the clock to a moment before an instant. @returns when that will be, real ms. */
  async function before(city: string): Promise<number> {
    await moveClock(owner.db, new Date(at(city).getTime() - LEAD_MS));
    const { rows } = await stage.house.owner.query('select offset_ms from app_clock');
    return at(city).getTime() - Number(rows[0].offset_ms);
  }

  async function bringOnTheRoad(name: Name): Promise<void> {
    const { unit, urgency, type, category: categoryCode, words } = ORDERS[name];
    const operator = await stage.house.as('operator');
    const { orderId } = must(
      await operator.post(
        '/api/orders',
        {
          channel: 'phone',
          content: `${words}，望江府一期门口，从上周到现在没有人管，请尽快处理。`,
          type,
          areaCode: NANTANG,
          requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
        },
        { 'idempotency-key': newKey() },
      ),
    );
    ids[name] = orderId;
    await w.act('operator', orderId, 'accept', { type, categoryCode, urgency });
    const leadId = await w.unitId(unit);
    await w.act('dispatcher', orderId, 'dispatch', { leadId, coIds: [] });
    await w.onAssignment(loginOf(unit), orderId, unit, 'sign');
    const contact = { method: 'phone', reached: true, content: '已致电说明。' };
    await w.onAssignment(`${loginOf(unit)}.handler`, orderId, unit, 'first_contact', contact);
  }

  const open = async (login: string, path: string, ready: string, probes: Probes) => {
    const page = await stage.enter(login, `/console${path}`);
    await page.getByText(ready).first().waitFor();
    return follow(page, probes);
  };

  /** All four lamps on the board and on the wall. */
  async function shows(lit: Lit): Promise<void> {
    for (const [i, lamp] of Object.keys(LAMPS).entries())
      for (const shown of [board, wall]) await shown.reads(lamp, String(lit[i]), FIGURE_MS);
  }

  const rowOf = (page: Page, selector: string, name: Name): Locator =>
    page.locator(selector).filter({ hasText: ORDERS[name].words });
  /** Word, shape and box of the chip in a row, as far as no colour is in them. */
  const chipOf = (row: Locator) =>
    row
      .locator('.clk')
      .first()
      .evaluate((chip) => {
        const { borderBottomWidth, borderTopColor, backgroundColor } = getComputedStyle(chip);
        const bright = (colour: string) => {
          const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
          return r * 0.3 + g * 0.6 + b * 0.1 > 140;
        };
        return {
          word: chip.querySelector('b')?.textContent,
          glyph: chip.querySelector('svg')?.innerHTML,
          frame: !borderTopColor.endsWith(', 0)'),
          base: borderBottomWidth,
          dark: !bright(backgroundColor),
        };
      });

  beforeAll(async () => {
    stage = await openStage();
    owner = connect(stage.house.database.ownerUrl, { max: 1 });
    await moveClock(owner.db, at(BEGIN));
    w = walk(stage.house.as);
    for (const name of Object.keys(ORDERS) as Name[]) await bringOnTheRoad(name);
    const boardProbes = {
      ...lampsIn('section[aria-labelledby=board-clocks] .lg'),
      ...chipsIn('.risk li'),
      supervision: ['.figs', '督办中\\s*(\\d+)'],
      escalated: ['.board-side', `(催办)\\s*${ORDERS.noise.words}`],
      fresh: ['.foot', '(实时|断线)'],
    } as const;
    board = await open('supervisor', '/board', '在办 4 件的时钟', boardProbes);
    wall = await open('supervisor', '/wall', '在办 4 件', {
      ...lampsIn('.wall-page .cl'),
      fresh: ['.wall-page header', '(实时|断线)'],
      units: ['.wall-page .lo', '超期最多的单位(.*?)最近升级'],
    });
    await wall.page.setViewportSize({ width: 1920, height: 1080 });
    list = await open(
      'supervisor',
      '/overdue?lamp=all',
      ORDERS.noise.words,
      chipsIn('tr[data-row]'),
    );
    late = await open('supervisor', '/overdue', '没有超期的', chipsIn('tr[data-row]'));
    verdicts = await open('supervisor', '/supervision', '没有等审的', {
      waits: ['.q', `(${ORDERS.noise.words})`],
      replied: ['.sv-tabs', '已复待审\\s*(\\d*)'],
    });
    days = await open('supervisor', '/calendar', '放假日历只发布到', {
      warning: ['.note', '(只发布到)'],
    });
    answers = await open('zhzf.leader', '/supervision', '没有待回复的', {
      waits: ['.q', `(${ORDERS.noise.words})`],
      returned: ['.sv-head', '退回过 (\\d) 次'],
    });
    unitBoard = await open('zhzf.leader', '/board', '在办 2 件的时钟', boardProbes);
    notices = await open('zhzf.handler', '/inbox', ORDERS.noise.words, {
      reminded: ['.extra', `${ORDERS.noise.words}[^提]*(时限提醒)`],
      urged: ['.extra', `${ORDERS.noise.words}[^提]*?(有催办)`],
    });
  });
  afterAll(async () => {
    await owner?.close();
    await stage?.close();
  });

  it('begins with four orders in time, each due as its unit’s own calendar says', async () => {
    const { rows } = await stage.house.owner.query(
      `select order_id, due_at from deadline where clock = 'final'`,
    );
    const due = new Map(rows.map((r) => [r.order_id, (r.due_at as Date).toISOString()]));
    for (const name of Object.keys(ORDERS) as Name[])
      expect(due.get(ids[name]), name).toBe(at(DUE[name]).toISOString());
    await shows([4, 0, 0, 0]);
    await stage.shoot(board.page, '21-board-calm');
  });

  describe('the lamps change by themselves', () => {
    const chips: Awaited<ReturnType<typeof chipOf>>[] = [];

    it('将到期 at the first minute of the day before', async () => {
      const instant = await before('2026-11-11 00:00');
      const figure = await board.turns('soon', '2', instant, FIGURE_MS);
      const onWall = await wall.turns('soon', '2', instant, FIGURE_MS);
      const row = await board.turns('noise', '将到', instant, LIST_MS);
      const chip = await list.turns('noise', '将到', instant, LIST_MS);
      say(`将到期 after ms: board ${figure}, wall ${onWall}, row ${row}, chip ${chip}`);
      await shows([2, 2, 0, 0]);
      chips.push(await chipOf(rowOf(list.page, 'tr[data-row]', 'noise')));
      chips.push(await chipOf(rowOf(list.page, 'tr[data-row]', 'stall')));
    });

    it('今日到期 at the first minute of its day', async () => {
      const instant = await before('2026-11-12 00:00');
      const figure = await board.turns('today', '2', instant, FIGURE_MS);
      const onWall = await wall.turns('today', '2', instant, FIGURE_MS);
      const row = await board.turns('noise', '今日', instant, LIST_MS);
      const chip = await list.turns('noise', '今日', instant, LIST_MS);
      say(`今日到期 after ms: board ${figure}, wall ${onWall}, row ${row}, chip ${chip}`);
      await shows([2, 0, 2, 0]);
      chips.push(await chipOf(rowOf(list.page, 'tr[data-row]', 'noise')));
      await stage.shoot(board.page, '22-board-today');
    });

    it('超期 when the office closes, and not yet where nobody goes home', async () => {
      const instant = await before(DUE.noise);
      const figure = await board.turns('overdue', '1', instant, FIGURE_MS);
      const onWall = await wall.turns('overdue', '1', instant, FIGURE_MS);
      const chip = await list.turns('noise', '超期', instant, LIST_MS);
      const row = await late.turns('noise', '超期', instant, LIST_MS);
      say(`超期 after ms: board ${figure}, wall ${onWall}, chip ${chip}, new row ${row}`);
      await shows([2, 0, 1, 1]);
      await wall.reads('units', '市综合行政执法局1在办 2');
      // It left the list of those that may still be in time.
      await board.reads('noise', '');
      await board.reads('leak', '今日');
      chips.push(await chipOf(rowOf(list.page, 'tr[data-row]', 'noise')));
    });

    it('says each by word, shape and box, not by colour alone', () => {
      const [soon, roomy, today, overdue] = chips;
      expect(chips.map((c) => c.word)).toEqual(['将到', '充裕', '今日', '超期']);
      expect(new Set(chips.map((c) => c.glyph)).size).toBe(4);
      expect([roomy, soon, today, overdue].map((c) => [c!.frame, c!.base, c!.dark])).toEqual([
        [false, '1px', true],
        [true, '1px', false],
        [true, '2px', false],
        [false, '1px', true],
      ]);
    });
  });

  it('reminds the unit in its inbox, and urges it one working day later', async () => {
    await notices.reads('reminded', '时限提醒');
    expect(await notices.page.getByText('有催办').count()).toBe(0);
    const instant = await before('2026-11-13 17:30');
    const told = await notices.turns('urged', '有催办', instant, LIST_MS);
    const shown = await board.turns('escalated', '催办', instant, LIST_MS);
    say(`催办 after ms: inbox ${told}, board ${shown}`);
    await shows([0, 2, 0, 2]);
    await board.page.getByText('超期 1 日').first().waitFor();
    await stage.shoot(notices.page, '23-inbox-notices');
    await stage.shoot(wall.page, '24-wall');
  });

  it('supervises one and urges another by the keyboard alone', async () => {
    const { page } = late;
    await late.reads('leak', '超期');
    const current = page.locator('tr[data-row]:has([aria-current=true])');
    await current.filter({ hasText: ORDERS.noise.words }).waitFor();
    await stage.shoot(page, '25-overdue');
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: '督办 1 件' }).waitFor();
    await stage.shoot(page, '26-overdue-supervise');
    const pressed = Date.now();
    await page.keyboard.press('Control+Enter');
    await page.getByText('已签发 1 份督办单').waitFor();
    say(`督办中 after ms: ${(await board.reads('supervision', '1')) - pressed}`);
    const escalated = (name: Name) =>
      board.page.locator('.board-side li').filter({ hasText: ORDERS[name].words });
    await escalated('noise').getByText('督〔2026〕0001').waitFor();
    await page.keyboard.press('j');
    await current.filter({ hasText: ORDERS.leak.words }).waitFor();
    await page.keyboard.press('u');
    await page.getByRole('heading', { name: '催办 1 件' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('已催办 1 件').waitFor();
    const { rows } = await stage.house.owner.query(
      `select action, level from escalation where cause = 'manual' and told order by at`,
    );
    expect(rows).toEqual([
      { action: 'supervise', level: 2 },
      { action: 'urge', level: 1 },
    ]);
    await escalated('leak').getByText('催办', { exact: true }).waitFor();
  });

  it('is answered, sent back, answered again and accepted, live on both sides', async () => {
    await answers.reads('waits', ORDERS.noise.words);
    const leader = answers.page;
    const answer = async (text: string) => {
      await leader.getByRole('textbox', { name: '回复' }).fill(text);
      await leader.keyboard.press('Control+Enter');
    };
    await stage.shoot(leader, '27-supervision-leader');
    await answer('工地昨夜已停工，整改方案本周内报。');
    await verdicts.reads('waits', ORDERS.noise.words);
    await verdicts.reads('replied', '1');
    const { page } = verdicts;
    await page.getByText('工地昨夜已停工').waitFor();
    await board.page.getByText('待回复 0，已复待审 1').waitFor();
    await page.keyboard.press('2');
    await page.getByRole('textbox', { name: '缺什么' }).fill('没有写明责任人和完成日期。');
    await stage.shoot(page, '28-supervision-verdict');
    await page.keyboard.press('Control+Enter');
    await verdicts.reads('waits', '');
    await answers.reads('waits', ORDERS.noise.words);
    await answers.reads('returned', '1');
    await leader.getByText('没有写明责任人和完成日期').waitFor();
    await answer('责任人孙立，11月16日前完成降噪并复测。');
    await verdicts.reads('waits', ORDERS.noise.words);
    await page.getByText('11月16日前完成降噪').waitFor();
    await board.reads('supervision', '1');
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await verdicts.reads('waits', '');
    await board.reads('supervision', '0');
    const { rows } = await stage.house.owner.query('select state from supervision_order');
    expect(rows).toEqual([{ state: 'accepted' }]);
  });

  it('explains the deadline of an order behind D', async () => {
    const page = await stage.enter('supervisor', `/console/orders/${ids.noise}`);
    await page.getByRole('heading', { name: ORDERS.noise.words }).first().waitFor();
    const title = page.getByRole('heading', { name: '这个时限怎么来的' });
    await page.keyboard.press('d');
    await title.waitFor();
    const ledger = page.locator('.led').first().locator('tr');
    await ledger.first().waitFor();
    const lines = (await ledger.allInnerTexts()).map((line) => line.replace(/\s+/g, ' '));
    expect(lines[0]).toMatch(/^起算 .*11月9日 09:0\d$/);
    expect(lines[1]).toMatch(/3 日 .*3 个工作日.* 11月12日 17:30$/);
    expect(lines.at(-1)).toMatch(/^到期 11月12日 星期四 17:30$/);
    const strip = await page.getByRole('listitem').filter({ hasText: /^[一二三四五六日]\d+/ });
    expect((await strip.allInnerTexts()).map((day) => day.replace(/\s+/g, ' ').trim())).toEqual([
      '一 9 起',
      '二 10 1',
      '三 11 2',
      '四 12 3 到期',
      // What is over is followed to today, which counts no more.
      '五 13',
    ]);
    const next = page.locator('.part').filter({ hasText: '接下来会发生什么' });
    await next.getByText('✓').first().waitFor();
    await next.getByText('超期 3 日').waitFor();
    found.order = await axe(page);
    await stage.shoot(page, '29-order-deadline');
    await page.keyboard.press('d');
    await title.waitFor({ state: 'detached' });
    await page.keyboard.press('d');
    await title.waitFor();
    await page.keyboard.press('Escape');
    await title.waitFor({ state: 'detached' });
    expect(page.url()).toContain(ids.noise);
    await page.close();
  });

  it('tries a deadline, shows the make-up day, and takes in the notice of a new year', async () => {
    const { page } = days;
    await days.reads('warning', '只发布到');
    const makeup = page.locator('[data-date="2026-02-14"]');
    expect(await makeup.innerText()).toMatch(/14\s*班/);
    expect(await page.locator('[data-date="2026-02-13"]').innerText()).toBe('13');
    await stage.shoot(page, '30-calendar');
    found.calendar = await axe(page);
    await page.keyboard.press('2');
    await page.getByLabel('收到的时间').fill('2026-02-13T16:00');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: '2月27日 星期五 17:30 到期' }).waitFor();
    await stage.shoot(page, '31-simulate');
    found.simulator = await axe(page);
    const admin = await stage.enter('admin', '/console/calendar?year=2027');
    await admin.getByText('只发布到').waitFor();
    await admin.getByRole('heading', { name: '2027 年', exact: true }).waitFor();
    await admin.keyboard.press('e');
    await admin.locator('label').filter({ hasText: '导入放假安排' }).click();
    await admin.locator('input[type=file]').setInputFiles({
      name: '2027.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(NOTICE_2027)),
    });
    await admin.locator('.ok-t[role=status]').getByText('2027').waitFor();
    const published = async () =>
      (
        await stage.house.owner.query(
          `select count(*)::int as n from calendar_day where date >= '2027-01-01'`,
        )
      ).rows[0].n as number;
    const known = await published();
    await admin.keyboard.press('Control+Enter');
    await admin.getByRole('heading', { name: '会动什么' }).waitFor();
    await admin.getByText('2月20日 六').waitFor();
    await stage.shoot(admin, '32-import-preview');
    // Seen, but not yet so.
    expect(await published()).toBe(known);
    await days.reads('warning', '只发布到');
    // Pressing the preview's key once more publishes nothing.
    await admin.keyboard.press('Control+Enter');
    await admin.getByRole('heading', { name: '会动什么' }).waitFor();
    expect(await published()).toBe(known);
    await admin.keyboard.press('Alt+Enter');
    await admin.getByText('已发布，日历第').waitFor();
    expect(await published()).toBeGreaterThan(known);
    await days.reads('warning', '');
    await admin.getByText('只发布到').waitFor({ state: 'detached' });
    // The days are read by themselves, a moment after what is published.
    await admin.locator('[data-date="2027-02-20"]', { hasText: '班' }).waitFor();
    await stage.shoot(admin, '33-import-done');
    await admin.close();
  });

  it('shows a unit its own figures alone, and a handler no board', async () => {
    await unitBoard.reads('overdue', '1');
    await unitBoard.reads('soon', '1');
    const { page } = unitBoard;
    const words = await page.locator('main').innerText();
    expect(words).toContain('市综合行政执法局');
    expect(words).not.toContain('市水务集团');
    for (const name of ['leak', 'pressure'] as const)
      expect(words).not.toContain(ORDERS[name].words);
    await stage.shoot(page, '34-board-unit');
    const foreign = await stage.house.as('zhzf.leader');
    const water = await w.unitId('WATER');
    expect((await foreign.get(`/api/board?organizationId=${water}`)).status).toBe(404);
    const handler = await stage.enter('zhzf.handler', '/console/board');
    await handler.getByRole('heading', { name: '这个台面不是您的' }).waitFor();
    expect(await handler.getByRole('link', { name: '实时' }).count()).toBe(0);
    await stage.shoot(handler, '35-no-board');
    expect((await (await stage.house.as('zhzf.handler')).get('/api/board')).status).toBe(403);
    await handler.close();
  });

  it('says since when it is old without the api, and catches up alone', async () => {
    const quiet = stage.complaints.length;
    await stage.house.api.kill9();
    for (const shown of [board, wall, unitBoard]) await shown.reads('fresh', '断线');
    const since = /断线，数字停在 (?:0\d|1\d|2[0-3]):[0-5]\d:[0-5]\d/;
    expect(await board.page.locator('.foot').innerText()).toMatch(since);
    expect(await wall.page.locator('header').innerText()).toMatch(since);
    // Time goes on, and so does the ladder.
    await before('2026-11-14 00:00');
    await until(
      'the urge of the night',
      async () =>
        (
          await stage.house.owner.query(
            `select count(*)::int as n from escalation where order_id = $1 and step = 'late1'`,
            [ids.leak],
          )
        ).rows[0].n === 1,
    );
    await board.reads('today', '0');
    await board.page.getByText('网络断开').waitFor();
    await stage.shoot(board.page, '36-board-stale');
    const back = Date.now();
    await stage.house.restartApi();
    say(`caught up after ms: ${(await board.reads('today', '1', BACK_MS)) - back}`);
    for (const shown of [board, wall, unitBoard]) await shown.reads('fresh', '实时', BACK_MS);
    await shows([0, 1, 1, 2]);
    await board.page
      .locator('.board-side li')
      .filter({ hasText: ORDERS.leak.words })
      .getByText('超期 1 日')
      .waitFor();
    // What the browser says of a server that is not there is no fault of the page.
    const said = stage.complaints.splice(quiet);
    expect(said.filter((line) => !/ERR_|WebSocket|status of 50/.test(line))).toEqual([]);
  });

  it('says since when it is old without a network, and catches up alone', async () => {
    const quiet = stage.complaints.length;
    const { page } = unitBoard;
    await page.context().setOffline(true);
    await unitBoard.reads('fresh', '断线');
    await moveClock(owner.db, at('2026-11-16 00:01'));
    await board.reads('today', '1');
    await board.reads('overdue', '3');
    await unitBoard.reads('today', '0');
    await unitBoard.reads('fresh', '断线');
    await page.context().setOffline(false);
    await unitBoard.reads('today', '1', BACK_MS);
    await unitBoard.reads('fresh', '实时', BACK_MS);
    stage.complaints.splice(quiet);
  });

  it('fits a telephone, and axe finds nothing serious anywhere', async () => {
    for (const [name, { page }] of Object.entries({ board, wall, late }))
      found[name] = await axe(page);
    await stage.shoot(board.page, '37-board');
    for (const [name, { page }] of Object.entries({ board, late })) {
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
      found[`${name} dark`] = await axe(page, 'color-contrast');
      await stage.shoot(page, `38-${name}-dark`);
      await page.emulateMedia({ colorScheme: 'light' });
    }
    const wide: Record<string, number> = {};
    for (const [name, { page }] of Object.entries({ board, answers, verdicts, late })) {
      await page.setViewportSize({ width: 375, height: 812 });
      await still(page);
      wide[name] = await overflow(page);
      await stage.shoot(page, `39-${name}-375`);
    }
    const one = await stage.enter('supervisor', '/console/supervision?state=open');
    await one.setViewportSize({ width: 375, height: 812 });
    await one.locator('.q').getByText(ORDERS.leak.words).click();
    await one.getByRole('heading', { name: ORDERS.leak.words }).waitFor();
    wide.one = await overflow(one);
    found['supervision order, 375'] = await axe(one);
    await stage.shoot(one, '39-supervision-375');
    expect(wide).toEqual({ one: 0, board: 0, answers: 0, verdicts: 0, late: 0 });
    expect(Object.fromEntries(Object.entries(found).filter(([, f]) => f.length > 0))).toEqual({});
  });

  it('was never loaded again, and nothing complained', async () => {
    for (const { page } of [board, wall, list, late, verdicts, answers, notices, unitBoard, days])
      expect(await page.evaluate(() => window.looks !== undefined)).toBe(true);
    expect(stage.complaints).toEqual([]);
  });
});
