import { describe, expect, it } from 'vitest';
import { ERROR_STATUS } from '../../src/kernel/errors.ts';
import { adviceEn, adviceZh } from '../../src/kernel/i18n/advice.ts';
import { boardEn, boardZh } from '../../src/kernel/i18n/board.ts';
import { chatEn, chatZh } from '../../src/kernel/i18n/chat.ts';
import { citizenEn, citizenZh } from '../../src/kernel/i18n/citizen.ts';
import { clockEn, clockZh } from '../../src/kernel/i18n/clock.ts';
import { consoleEn, consoleZh } from '../../src/kernel/i18n/console.ts';
import { coreEn, coreZh } from '../../src/kernel/i18n/core.ts';
import { demoEn, demoZh } from '../../src/kernel/i18n/demo.ts';
import { doorEn, doorZh } from '../../src/kernel/i18n/door.ts';
import { galleryEn, galleryZh } from '../../src/kernel/i18n/gallery.ts';
import { dictionaries, languageOf, translate } from '../../src/kernel/i18n/index.ts';
import { noticeEn, noticeZh } from '../../src/kernel/i18n/notice.ts';
import { reportEn, reportZh } from '../../src/kernel/i18n/report.ts';
import { telephonyEn, telephonyZh } from '../../src/kernel/i18n/telephony.ts';
import { triageEn, triageZh } from '../../src/kernel/i18n/triage.ts';
import { workEn, workZh } from '../../src/kernel/i18n/work.ts';
import * as words from '../../src/kernel/words.ts';
import {
  ASSIGNMENT_ACTS,
  ASSIGNMENT_STATES,
  CLOSING_TYPES,
  ORDER_ACTS,
  ORDER_STATES,
} from '../../src/workorder/lifecycle.ts';

type Texts = Record<string, string>;
const zh: Texts = dictionaries['zh-CN'];
const en: Texts = dictionaries.en;

const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

/** Keys that one language lacks. */
const onlyIn = (a: Texts, b: Texts) => Object.keys(a).filter((key) => !(key in b));
const empty = (texts: Texts) => Object.keys(texts).filter((key) => texts[key]!.trim() === '');
const otherPlaces = (a: Texts, b: Texts) =>
  Object.keys(a).filter((key) => places(a[key]!).join() !== places(b[key] ?? '').join());
/** ASCII punctuation directly after a Chinese character: 已登记, instead of 已登记，. */
const halfWidth = (texts: Texts) =>
  Object.keys(texts).filter((key) => /[\u3400-\u9fff][,.!?:;]/u.test(texts[key]!));
const chinese = (texts: Texts) =>
  Object.keys(texts).filter((key) => /[\u3000-\u9fff\uff01-\uff5e]/u.test(texts[key]!));

describe('both languages', () => {
  it('have the same keys', () => {
    expect(onlyIn(zh, en)).toEqual([]);
    expect(onlyIn(en, zh)).toEqual([]);
  });

  it('have no empty text', () => {
    expect(empty(zh)).toEqual([]);
    expect(empty(en)).toEqual([]);
  });

  it('have the same {places}', () => expect(otherPlaces(zh, en)).toEqual([]));

  it('Chinese texts use Chinese punctuation', () => expect(halfWidth(zh)).toEqual([]));

  it('English texts hold no Chinese', () => {
    // The name of a language is written in that language, whatever the page speaks.
    expect(chinese(en).filter((key) => en[key] !== '中文')).toEqual([]);
  });

  it('no key stands in two parts of the catalogue: the later would silently win', () => {
    const parts: Texts[] = [
      coreZh,
      consoleZh,
      citizenZh,
      noticeZh,
      clockZh,
      boardZh,
      adviceZh,
      demoZh,
      reportZh,
      workZh,
      galleryZh,
      triageZh,
      telephonyZh,
      doorZh,
      chatZh,
    ];
    const keys = parts.flatMap((part) => Object.keys(part));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(keys).toHaveLength(Object.keys(zh).length);
    const english: Texts[] = [
      coreEn,
      consoleEn,
      citizenEn,
      noticeEn,
      clockEn,
      boardEn,
      adviceEn,
      demoEn,
      reportEn,
      workEn,
      galleryEn,
      triageEn,
      telephonyEn,
      doorEn,
      chatEn,
    ];
    expect(english.flatMap((part) => Object.keys(part))).toHaveLength(Object.keys(en).length);
  });

  // A check that cannot fail is a defect.
  it('each fault is noticed', () => {
    expect(onlyIn({ a: '甲', b: '乙' }, { a: 'A' })).toEqual(['b']);
    expect(empty({ a: ' ' })).toEqual(['a']);
    expect(otherPlaces({ a: '{no}号' }, { a: 'no. {code}' })).toEqual(['a']);
    expect(otherPlaces({ a: '{no}号{no}' }, { a: 'no. {no}' })).toEqual(['a']);
    expect(halfWidth({ a: '已登记,请等', b: '已登记，请等', c: '见:', d: '110:' })).toEqual([
      'a',
      'c',
    ]);
    expect(chinese({ a: 'See 甲', b: 'See A', c: 'See（A' })).toEqual(['a', 'c']);
  });
});

describe('every word of the closed lists has a text', () => {
  const acts = { ...ORDER_ACTS, ...ASSIGNMENT_ACTS };
  /** Built acts of somebody; effects are no acts and are never shown. */
  const built = Object.entries(acts)
    .filter(([, row]) => row.built && row.by.length > 0)
    .map(([act]) => act);
  const lists: [string, readonly string[]][] = [
    ['state', ORDER_STATES],
    ['assignment', ASSIGNMENT_STATES],
    ['act', built],
    ['role', words.PARTIES],
    ['type', words.DEMAND_TYPES],
    ['urgency', words.URGENCIES],
    ['channel', words.CHANNELS],
    ['closing', CLOSING_TYPES],
    ['ground', words.GROUNDS],
    ['error', Object.keys(ERROR_STATUS)],
    ['solved', words.SOLVED],
    ['truth', words.TRUTH],
    ['method', words.CONTACT_METHODS],
    ['mode', words.DISPATCH_MODES],
    ['reason', words.RATING_REASONS],
    ['attempt', words.ATTEMPT_RESULTS],
    ['give_up', words.GIVE_UP_REASONS],
    ['check', words.CHECKLIST],
    ['visibility', [...words.VISIBILITIES, 'addressed']],
    ['kind', ['lead', 'co']],
    ['satisfaction', ['1', '2', '3', '4', '5']],
  ];

  it.each(lists)('%s', (prefix, list) => {
    expect(list.length).toBeGreaterThan(0);
    expect(list.filter((word) => !(`${prefix}.${word}` in zh))).toEqual([]);
  });

  it.each(lists)('%s has no text for a word that is gone', (prefix, list) => {
    const texts = Object.keys(coreZh).filter((key) => key.startsWith(`${prefix}.`));
    expect(texts.filter((key) => !list.includes(key.slice(prefix.length + 1)))).toEqual([]);
  });

  it('the states read as life-cycle.md names them', () => {
    const said =
      '已登记 待补充 待派单 会商中 待签收 办理中 挂账 待审核 待回访 待结案 已并单 已移送 已办结 已归档';
    expect(ORDER_STATES.map((s) => zh[`state.${s}`]).join(' ')).toBe(said);
  });
});

describe('translate', () => {
  it('fills the places and leaves those without a value visible', () => {
    const key = 'notice.assigned';
    const text = translate('en', key, { orderNo: '20261120000017', url: 'https://a.cn' });
    expect(text).toBe('[Yunting 12345] New work order 20261120000017. Sign for it: https://a.cn');
    expect(translate('en', key, { orderNo: 1 })).toContain('{url}');
  });

  it('takes the word for one thing or for several', () => {
    expect(translate('en', 'mark.urges', { n: 1 })).toBe('Urged 1 time');
    expect(translate('en', 'mark.urges', { n: 2 })).toBe('Urged 2 times');
    const issued = translate('en', 'overdue.did_supervise', { n: 1 });
    expect(issued).toBe('1 supervision order issued; the unit sees it at once.');
  });

  it('a value is text, never a template or a pattern of its own', () => {
    const text = translate('zh-CN', 'notice.urged', { orderNo: '{url} $& $1', url: 'u' });
    expect(text).toBe('【云汀12345】工单{url} $& $1有催办，请查看：u');
  });
});

describe('languageOf', () => {
  it.each([
    [undefined, 'zh-CN'],
    ['', 'zh-CN'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['fr', 'zh-CN'],
    ['en', 'en'],
    ['en-GB,en;q=0.9,zh;q=0.1', 'en'],
    [' EN-us', 'en'],
    ['enm', 'zh-CN'],
  ])('%s → %s', (header, language) => expect(languageOf(header)).toBe(language));
});
