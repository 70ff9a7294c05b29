import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/understanding/schema.ts';
import {
  carried,
  moveSpans,
  sentencesOf,
  stretchesOf,
} from '../../web/console/desks/operator/words.ts';

const span = (from: number, to: number, of: Span['of'] = 'category'): Span => ({ from, to, of });
const TEXT = '翠竹苑停水两天了';
const WATER = span(3, 5);

describe('deciding words under a text that goes on', () => {
  const words = (now: string, spans = [WATER]) =>
    moveSpans(spans, TEXT, now).map(({ from, to }) => now.slice(from, to));

  it('stay while one writes behind them and move along with what is written before', () => {
    expect(words(TEXT)).toEqual(['停水']);
    expect(words(`${TEXT}，急死了`)).toEqual(['停水']);
    expect(words(`我们${TEXT}`)).toEqual(['停水']);
    expect(words('翠竹苑小区停水两天了')).toEqual(['停水']);
  });
  it('are gone once they were touched, and never speak of other words', () => {
    expect(words('翠竹苑停电两天了')).toEqual([]);
    expect(words('翠竹苑停了水两天了')).toEqual([]);
    expect(words('')).toEqual([]);
    expect(words('完全是另一段话')).toEqual([]);
  });
  it('are cut out of the text without a letter lost, the urgent one on top', () => {
    const lines = stretchesOf(TEXT, [span(0, 5, 'area'), span(3, 5, 'emergency'), span(7, 99)]);
    expect(lines.map(({ text }) => text).join('')).toBe(TEXT);
    expect(lines.map(({ of }) => of)).toEqual(['area', 'emergency', undefined, 'category']);
    expect(stretchesOf('', [WATER])).toEqual([]);
  });
});

describe('what a caller says', () => {
  it('comes sentence by sentence, with its marks', () => {
    expect(sentencesOf('快点!快点！三楼冒烟,看到火了。里面有人')).toEqual([
      '快点!',
      '快点！',
      '三楼冒烟,看到火了。',
      '里面有人',
    ]);
    expect(sentencesOf('  ')).toEqual([]);
  });
});

describe('the parts of split words', () => {
  const before = '电梯坏了；工资没给';
  const parts = ['电梯坏了；', '工资没给'];
  const after = (now: string, from = parts) => carried(from, before, now);
  it('go on with what is said after the splitting', () => {
    expect(after(`${before}，三个月`)).toEqual(['电梯坏了；', '工资没给，三个月']);
    expect(after('电梯坏了；工资没有给')).toEqual(['电梯坏了；', '工资没有给']);
    expect(carried(['电梯坏了；', '工资没给，三'], `${before}，三`, `${before}，`)).toEqual([
      '电梯坏了；',
      '工资没给，',
    ]);
  });
  it('lose nothing that is put into an earlier one', () => {
    expect(after('电梯坏了，里面困过人；工资没给')).toEqual(['电梯坏了，里面困过人；', '工资没给']);
    expect(after('别说是我讲的，电梯坏了；工资没给')).toEqual([
      '别说是我讲的，电梯坏了；',
      '工资没给',
    ]);
  });
  it('take what is said between them, or beside one that a person wrote anew', () => {
    expect(after('电梯坏了，停运；工资没给', ['电梯坏了', '工资没给'])).toEqual([
      '电梯坏了，停运',
      '工资没给',
    ]);
    expect(after(`${before}，三个月`, ['电梯坏了；', '欠薪'])).toEqual([
      '电梯坏了；',
      '欠薪，三个月',
    ]);
    expect(after(`急！${before}`, ['停梯', '工资没给'])).toEqual(['停梯急！', '工资没给']);
  });
  it('are one matter again where the words were changed across them, or are gone', () => {
    expect(after('电梯停了，工钱也没给')).toBeNull();
    expect(after('全是另一回事')).toBeNull();
    expect(after('电梯坏了')).toBeNull();
    expect(after('')).toBeNull();
  });
});
