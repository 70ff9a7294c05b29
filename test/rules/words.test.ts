import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/understanding/schema.ts';
import {
  moveSpans,
  sentencesOf,
  stretchesOf,
  writtenOn,
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

describe('the last part of split words', () => {
  const [before, part] = ['电梯坏了；工资没给', '工资没给'];
  it('goes on with what is said after the splitting', () => {
    expect(writtenOn(part, before, `${before}，三个月`)).toBe('工资没给，三个月');
    expect(writtenOn('工资没给，三', `${before}，三`, `${before}，`)).toBe('工资没给，');
    expect(writtenOn(part, before, '电梯坏了；工资没有给')).toBe('工资没有给');
  });
  it('stays as it is where the change was in another part, or a person rewrote it', () => {
    expect(writtenOn(part, before, '电梯停了；工资没给')).toBe(part);
    expect(writtenOn('欠薪', before, '电梯坏了；工资')).toBe('欠薪');
    expect(writtenOn(part, before, '')).toBe(part);
  });
});
