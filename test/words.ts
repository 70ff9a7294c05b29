/** Words and names that tests share, apart from the house: whoever imports them loads nothing else. */

/** The login of a unit's receiver, as the seed names it; handler and leader have suffixes. */
export const loginOf = (unit = 'WATER'): string =>
  unit === 'TOWN_QINGYU_1_ROOM' ? 'nantang' : unit.toLowerCase().replaceAll('_', '.');

/** T04 of the cases: the demand most tests follow. */
export const T04 =
  '我们青屿区南塘街道翠竹苑，整个小区从昨晚十点停水到现在，自来水公司电话打不进，家里有老人要吃药，急死了！';

export const REPLY = {
  truth: 'true',
  finding: '9月21日上午查明，翠竹苑进水总管破裂。',
  measures: '9月21日 15:00 前抢修完毕并恢复供水。',
  basis: '',
  solved: 'solved',
  contactMade: true,
  publicVersion: '您好，总管已经修好，9月21日 15:00 恢复供水。',
} as const;
