import { describe, expect, it } from 'vitest';
import { bestOf, rankOf } from '../../web/console/lib/match.ts';

const WATER = { name: '供水', nameEn: 'Water supply', code: '0301', pinyin: 'gong shui' };
const PARK = { name: '公园', nameEn: 'Parks', code: '0212', pinyin: 'gong yuan' };
const DRAIN = { name: '排水与污水', nameEn: 'Drains', code: '0304', pinyin: 'pai shui yu wu shui' };
const ALL = [DRAIN, PARK, WATER];
const names = (typed: string) => bestOf(typed, ALL, 10).map((thing) => thing.name);

describe('type-ahead', () => {
  it('finds by characters, code, full pinyin, initials, half syllables and a mixture', () => {
    for (const typed of [
      '供水',
      '供',
      '0301',
      'gongshui',
      'gong shui',
      'gs',
      'gongs',
      'gsh',
      '供s',
    ])
      expect(names(typed)[0], typed).toBe('供水');
  });
  it('puts what begins so before what only contains it', () => {
    expect(names('水')).toEqual(['供水', '排水与污水']);
    expect(names('gong')).toEqual(['公园', '供水']);
  });
  it('reads English from the beginning of a word, and refuses what fits nowhere', () => {
    expect(names('supply')).toEqual(['供水']);
    expect(names('upply')).toEqual([]);
    expect(names('xx')).toEqual([]);
    expect(rankOf('(', WATER)).toBeUndefined();
  });
  it('leaves the list as it stands where nothing was typed, and is bounded', () => {
    expect(names(' ')).toEqual(['排水与污水', '公园', '供水']);
    expect(bestOf('', ALL, 1)).toHaveLength(1);
  });
  it('does without pinyin', () => {
    expect(rankOf('供', { name: '供水' })).toBeDefined();
    expect(rankOf('gs', { name: '供水' })).toBeUndefined();
  });
});
