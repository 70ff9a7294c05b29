/** Insults that somebody else is said to have used: who tells of them scolds nobody. */
import type { Mark, Reading } from './evidence.ts';
import type { Folded } from './matcher.ts';

/** So far back in its clause it is said whose words they are. */
const REACH = 14;
/** “骂我”, “吼顾客”: whoever was insulted tells it. */
const INSULTED =
  /(?:骂|吼|喊|叫|侮辱|羞辱|嘲讽)(?:过|了|着)?(?:我们?|我[家妈爸]|俺|咱们?|人家?|顾客|客人|老人|孩子|女的)[^,。!?;]{0,4}$/;
/** “老板还骂…”, “他张口就骂…”. */
const BY_OTHERS =
  /(?:老板娘?|店家|店主|店员|商家|摊主|房东|物业|保安|司机|师傅|老师|医生|护士|邻居|经理|领导|干部|工作人员|办事员|客服|对方|人家|他们?|她们?)(?!妈)[^,。!?;]{0,7}(?:骂|吼|侮辱|羞辱|辱骂)[^,。!?;]{0,4}$/;
const SUFFERED = /被[^,。!?;]{0,7}(?:骂|吼|辱骂|侮辱|羞辱)[^,。!?;]{0,4}$/;

/** What stands before a mark in its clause. */
function before(f: Folded, m: Mark): string {
  let from = m.from;
  while (from > 0 && m.from - from < REACH && f.clause[from - 1] === f.clause[m.from]) from--;
  return f.text.slice(from, m.from);
}

/** What is heard of abuse: an act, a flag, and the class of what holds nothing. */
const speaksOfAbuse = (m: Mark): boolean =>
  m.key === 'abuse' || (m.domain === 'category' && m.key === NOTHING);
/** “Other and invalid” of the catalogue. */
const NOTHING = '1608';

/** The reading without the insults of others. */
export function withoutReported(r: Reading): Reading {
  const told = (m: Mark): boolean => {
    if (!speaksOfAbuse(m)) return false;
    const words = before(r.folded, m);
    return INSULTED.test(words) || BY_OTHERS.test(words) || SUFFERED.test(words);
  };
  return { ...r, marks: r.marks.filter((m) => !told(m)) };
}
