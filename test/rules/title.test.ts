import { describe, expect, it } from 'vitest';
import { titleOf } from '../../src/workorder/register.ts';

const of = (content: string) => titleOf({ title: '', content });

describe('the title of an order', () => {
  it('is what was given', () => {
    expect(titleOf({ title: '路灯不亮，', content: '别的' })).toBe('路灯不亮，');
  });

  it.each([
    ['is all of few words', '路灯不亮', '路灯不亮'],
    ['without the stop at its end', '小区门口的路灯不亮。', '小区门口的路灯不亮'],
    [
      'ends where the last clause ends',
      '南塘街道菜场西门口，每天早上堆满垃圾，没有人来清理，气味很大，住户意见很大。',
      '南塘街道菜场西门口，每天早上堆满垃圾',
    ],
    [
      'is cut where the only clause end comes after a greeting',
      '您好，我住在南塘街道菜场西门口旁边的那栋楼房里面的四层，楼下很吵。',
      '您好，我住在南塘街道菜场西门口旁边的那栋楼房里面',
    ],
    [
      'never ends with a mark',
      '我家住在南塘街道菜场西门口旁边那栋楼的第十二层、顶楼漏水',
      '我家住在南塘街道菜场西门口旁边那栋楼的第十二层',
    ],
    [
      'figures are no clause ends',
      '早上 10:30 停水三次又多收水费 1,200 元钱，没有退',
      '早上 10:30 停水三次又多收水费 1,200',
    ],
    ['lines become spaces', ' 停水\n三天 ', '停水 三天'],
    ['of marks alone', '？？？', '？？？'],
    ['of one mark', '。', '。'],
  ])('%s', (_, content, title) => expect(of(content)).toBe(title));
});
