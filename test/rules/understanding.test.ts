/**
 * The written lexicon against the 25 texts as people really speak, and against everything else a text
 * may be. The lexicon is the shipped one, the gazetteer the demo city's.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shippedLexicon } from '../../db/seed-lexicon.ts';
import { readTsv } from '../../db/tsv.ts';
import type { Channel, DemandType, Proposal } from '../../src/kernel/words.ts';
import { compileLexicon, read } from '../../src/understanding/evidence.ts';
import { createLexiconClassifier, lexiconDocument } from '../../src/understanding/index.ts';
import { correctionsOf } from '../../src/understanding/rules.ts';
import { expand } from '../../src/understanding/terms.ts';
import { titleOf } from '../../src/understanding/title.ts';

const areas = readTsv('demo/areas.tsv').map(([code = '', parent = '', name = '']) => ({
  code,
  parentCode: parent || null,
  name,
}));
const places = readTsv('demo/places.tsv').map(([name = '', kind = '', areaCode = '']) => ({
  name,
  kind,
  areaCode,
}));
const document = shippedLexicon();
const classifier = createLexiconClassifier(document, { areas, places }, 7);
const understand = (content: string, channel: Channel = 'phone', address = '') =>
  classifier.understand({ content, channel, address });

interface Case {
  id: string;
  channel: string;
  text: string;
  type: string;
  cat: string;
  urgency: string;
  action: string;
  flags: string[];
  also?: { cat: string; lead: string }[];
}
const cases = readFileSync(
  new URL('../../db/seed/demo/fortnight/cases.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

const TYPES: Record<string, DemandType> = {
  咨询: 'consultation',
  求助: 'help',
  投诉: 'complaint',
  举报: 'report',
  表扬: 'praise',
  其他: 'other',
};
const channelOf = (c: Case): Channel =>
  c.channel === '110' ? 'police_110' : (c.channel as Channel);

function proposalOf(c: Case): Proposal {
  if (c.id === 'T28') return 'progress_answer';
  if (/^transfer_\d/.test(c.action)) return 'transfer_emergency';
  return c.action === 'close_invalid' ? 'close_no_substance' : (c.action as Proposal);
}

describe('the 25 texts', () => {
  it('are all there', () => expect(cases).toHaveLength(25));

  it.each(cases.map((c) => [c.id, c] as const))('%s is understood as written', (_id, c) => {
    const u = understand(c.text, channelOf(c));
    const target = /^transfer_(\d+)$/.exec(c.action)?.[1] ?? null;
    expect({
      type: u.types[0]?.value,
      category: u.categories[0]?.value,
      urgency: u.urgency.value,
      proposal: u.proposal.act,
      target: u.emergency?.target ?? null,
    }).toEqual({
      type: TYPES[c.type],
      category: c.cat,
      urgency: c.urgency,
      proposal: proposalOf(c),
      target,
    });
    const flags = u.flags.map((f) => f.value);
    const wanted = c.flags.filter((f) => !/^N\d\d$/.test(f));
    expect(flags).toEqual(expect.arrayContaining(wanted));
    const ground = c.flags.find((f) => /^N\d\d$/.test(f));
    expect(u.proposal.ground).toBe(ground);
  });

  it('split T07 into its two matters', () => {
    const u = understand(cases.find((c) => c.id === 'T07')!.text);
    expect(u.proposal.parts!.map((p) => [p.categoryCode, p.subjectKind])).toEqual([
      ['0101', '电梯'],
      ['0601', '工程'],
    ]);
  });

  it('names the tail of the order T28 asks for', () =>
    expect(understand(cases.find((c) => c.id === 'T28')!.text).proposal.orderNoTail).toBe('8831'));

  it('asks for the address only where nothing but a landmark is told', () => {
    const u = understand(cases.find((c) => c.id === 'T19')!.text);
    expect(u.proposal.missing).toEqual(['address']);
    expect(u.areas).toEqual([]);
  });
});

describe('titles', () => {
  it('call an emergency by its kind where its words are too many for one', () => {
    const u = understand('翠竹苑，我爸突然胸口疼倒在地上叫不醒了，没有呼吸，快救命！');
    expect(u.title).toBe('翠竹苑急病求救');
    expect(u.emergency?.because.length).toBeLessThanOrEqual(4);
  });
  it('are made of place and matter', () => {
    expect(understand(cases.find((c) => c.id === 'T04')!.text).title).toBe('翠竹苑停水');
  });
  it.each([
    ['T03', '望潮实验小学入学咨询'],
    ['T17', '翠竹苑停水仍未恢复'],
    ['T18', '辱骂，无具体诉求'],
    ['T28', '查询尾号8831进度'],
    ['T39', '无实质内容'],
  ])('%s is called %s', (id, title) => {
    const c = cases.find((x) => x.id === id)!;
    expect(understand(c.text, channelOf(c)).title).toBe(title);
  });
  it('never begin with a greeting, and are short', () => {
    for (const c of cases) {
      const { title } = understand(c.text, channelOf(c));
      expect(title.length).toBeGreaterThanOrEqual(2);
      expect(title.length).toBeLessThanOrEqual(24);
      expect(title).not.toMatch(/^(?:你好|您好|喂|请问|我要|我想)/);
    }
  });
});

describe('emergencies', () => {
  it.each([
    ['119', '我家厨房着火了,火好大,快来人啊'],
    ['119', '屋里一股很浓的煤气味,我妈已经晕了叫不醒'],
    ['119', '有个小孩掉到河里去了,在水里扑腾'],
    ['119', '我们三个人困在电梯里半个小时了,里面很闷'],
    ['110', '有人站在楼顶上,说不想活了'],
    ['110', '我刚刚把六万块转过去了,才反应过来是骗子,能不能拦下来'],
    ['120', '我爸突然倒在地上,叫不醒,好像没有呼吸了'],
    ['122', '两部车撞了,有个骑电瓶车的被撞倒在地上,腿上都是血'],
  ])('goes to %s: %s', (target, text) => {
    const u = understand(text);
    expect(u.emergency?.target).toBe(target);
    expect(u.proposal.act).toBe('transfer_emergency');
    expect(u.urgency.value).toBe('U1');
    expect(u.flags.map((f) => f.value)).toContain('emergency');
    expect(u.spans.some((s) => s.of === 'emergency')).toBe(true);
  });

  it.each([
    ['past', '去年我们楼着过火,后来消防来灭了,现在想问火灾损失怎么赔'],
    ['facility', '小区消防通道被私家车堵死了,物业不管'],
    ['figure of speech', '这火锅店天天排队吵死人,气死我了,还写着跳楼价'],
    ['advice', '如果电梯困人了应该打什么电话?想了解一下流程'],
    ['old injury', '三个月前我在工地摔下来骨折了,老板不肯付医药费'],
    ['old fraud', '去年被骗了两万块,立案以后一直没有消息'],
  ])('does not hear one in what is %s', (_what, text) =>
    expect(understand(text).emergency).toBeNull(),
  );
});

describe('confidential wishes', () => {
  it.each([
    '这个厂偷偷排污水,千万别说是我讲的',
    '我要举报饭店用地沟油,请给我保密',
    '我在这个公司里上班,他们账上有两本账',
    '不要让他们知道是谁举报的,怕被报复',
  ])('are caught: %s', (text) =>
    expect(understand(text).flags.map((f) => f.value)).toContain('confidential'),
  );
  it.each(['我可以实名,不用保密,村里占了我的地', '楼下烧烤店油烟太大'])(
    'are not read into: %s',
    (text) => expect(understand(text).flags.map((f) => f.value)).not.toContain('confidential'),
  );
});

describe('hints', () => {
  const hints = (text: string) => understand(text).hints;
  it('take who tells and wants nothing for somebody who may be in danger', () => {
    expect(hints('有个姑娘在那里站了半天，风很大')).toEqual(['emergency']);
    expect(hints('有个姑娘在那里等公交，风很大，希望加个雨棚')).toEqual([]);
    expect(hints('站台上没有雨棚，投诉过三次，到现在也没人管')).toEqual([]);
  });
  it('do not, of who tells at length', () => {
    const long = '昨天我带着外孙女去看外婆，一路上桂花都开了，'.repeat(3);
    expect(hints(long)).toEqual([]);
    expect(hints(long.slice(0, 50))).toEqual(['emergency']);
  });
  it('say nothing more where the alarm is raised or the mark is set', () => {
    const fire = understand('隔壁楼着火了，快来人！');
    expect([fire.emergency?.kind, fire.hints]).toEqual(['fire', []]);
    const secret = understand('这个厂偷偷排污水，希望查一查，千万别说是我讲的');
    expect(secret.flags.map((f) => f.value)).toContain('confidential');
    expect(secret.hints).toEqual([]);
  });
  it('take who depends on whom they accuse for somebody who may fear them', () => {
    const u = understand('请查一查，我孩子的班主任在家里补课收钱，天天如此');
    expect(u.flags.map((f) => f.value)).not.toContain('confidential');
    expect(u.hints).toEqual(['confidential']);
    expect(hints('请查一查，有个公司在家里补课收钱，天天如此')).toEqual([]);
    // Of a person one speaks of as “he” more is known than of a firm.
    expect(hints('请查一查，他在家里补课收钱，天天如此')).toEqual(['confidential']);
    expect(hints('表扬窗口的小周，她教我填表，天天都那么耐心')).toEqual([]);
  });
  it('are not heard by a lexicon written before there were any', () => {
    const old = structuredClone(document) as Record<string, any>;
    delete old.cues.demand;
    delete old.thresholds.hint;
    const parsed = lexiconDocument.parse(old);
    expect(parsed.thresholds.hint).toEqual({ emergency: 2, confidential: 1 });
    const before = createLexiconClassifier(parsed, { areas, places }, 7);
    const q = { content: '有个姑娘在那里站了半天，风很大', channel: 'phone', address: '' } as const;
    expect(before.understand(q).hints).toEqual([]);
  });
});

describe('places', () => {
  const area = (text: string, address = '') => understand(text, 'phone', address).areas[0]?.value;
  it('gives the finest area known, a district alone as the district', () => {
    expect(area('青屿区南塘街道翠竹苑停水')).toBe('339902001');
    expect(area('青屿区好几天没人收垃圾')).toBe('339902');
    expect(area('路灯不亮')).toBeUndefined();
  });
  it('believes the typed address before the text', () =>
    expect(area('我在翠竹苑上班,家里漏水', '滨江花园3幢')).toBe('339901001'));
  it('reads an address by its ending where no name is known', () =>
    expect(understand('我家在和平路18号门口路灯坏了').address).toBe('和平路18号'));
  it.each([
    ['我举报石埠镇工业路8号那家电镀厂偷偷排黑水', '石埠镇工业路8号'],
    ['翠竹苑3幢2单元501室楼上漏水', '翠竹苑3幢2单元501室'],
    ['翠竹苑3幢201楼道灯不亮', '翠竹苑3幢201'],
    ['和平路66号5楼没有水', '和平路66号5楼'],
  ])('reads house, stair and flat, and no word before it: %s', (text, address) =>
    expect(understand(text).address).toBe(address),
  );
});

describe('who scolds', () => {
  const heard = (text: string) => {
    const u = understand(text);
    return [u.proposal.act, u.flags.some((f) => f.value === 'abuse'), u.categories[0]?.value];
  };
  it.each([
    '我要投诉城北菜场卖肉的短斤少两，我买了三斤只有两斤四两，老板还骂人。',
    '海鲜摊的秤不准，缺斤少两，跟他讲理还骂我傻逼',
    '买了三斤虾回家一称少了半斤，老板张口就骂王八蛋',
    '计量作弊，缺斤，去理论还被他骂白痴',
  ])('is not who was scolded: %s', (text) =>
    expect(heard(text)).toEqual(['dispatch', false, '0501']),
  );
  it.each(['你们就是一群废物，我骂死你们这些王八蛋！', '你们这些傻逼，滚蛋！'])(
    'is who does it here: %s',
    (text) => expect(heard(text).slice(0, 2)).toEqual(['abuse', true]),
  );
  it('calls a shop’s short weight by its name', () =>
    expect(understand('菜场卖鱼的缺斤，回家一称少了半斤').title).toMatch(/缺斤|短斤/));
});

describe('what a caller says of earlier calls', () => {
  it('is no matter on record where nobody answered', () => {
    const u = understand('我上午打过你们没打通。滨江花园从早上八点停水到现在，什么时候来水？');
    expect([u.proposal.act, u.occurred]).toEqual(['dispatch', '早上八点']);
    expect(understand('我昨天打过电话，滨江花园停水，催一下').proposal.act).toBe('append');
  });
  it.each([
    ['工单20261122-000387办到哪一步了', '000387'],
    ['单号尾号零三八七，办得怎么样了', '0387'],
    ['我想查0387那张单子的进度', '0387'],
    ['我手机尾号8831，昨天打过电话，帮我催一下', undefined],
    ['我的工单等了100天，办到哪一步了', undefined],
  ])('names an order’s number and nothing else’s: %s', (text, tail) =>
    expect(understand(text).proposal.orderNoTail).toBe(tail),
  );
});

describe('guesses', () => {
  it('never rank above the one that leads, and none threatens by weak words alone', () => {
    const split = understand(
      '两件事情：小区门口的路灯坏了半个月；还有我们厂里上个月工资到现在没发，老板也找不到了。',
    );
    const scores = split.categories.map((g) => g.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const lamps = understand('我提个建议，滨江大道跑步的人多，晚上路灯九点半就关了，能不能延长？');
    expect(lamps.categories.map((g) => g.value)).not.toContain('1504');
    expect(lamps.title).toBe('滨江大道路灯开关时间建议');
  });
  it('praise nobody where nothing is said', () => {
    const u = understand('啊啊啊哈哈哈哈你猜我是谁呀，今天天气真好。');
    expect([u.proposal.act, u.types[0]?.value]).toEqual(['close_no_substance', 'other']);
  });
  it('send who cannot reach an old parent to the community', () =>
    expect(
      understand('我家老人独居，手机坏了打不通，能不能请社区上门看一下？').categories[0]?.value,
    ).toBe('0904'));
});

describe('the name of a place', () => {
  it.each([
    ['山前公路拓宽工程拖欠我们工资', '0601', '交通工程'],
    ['学府小区通道被电动车堵住', '1005', '小区通道'],
    ['滨江街道拖欠我公司工程款', '1304', '政府项目'],
  ])('keeps what it says of the subject: %s', (text, code, subject) => {
    const u = understand(text);
    expect([u.categories[0]?.value, u.subjectKind]).toEqual([code, subject]);
  });
  it.each([
    '滨江街道江畔新村北门口路灯不亮了，麻烦来修一下。',
    // No gazetteer of this city knows it.
    '金桂新村北门口路灯不亮了，麻烦来修一下。',
    '南塘街道柳岸村路灯不亮了，麻烦来修一下。',
  ])('says nothing of the matter by its ending: %s', (text) => {
    const u = understand(text);
    expect(u.categories.map((c) => c.value)).toEqual(['0205']);
    expect(u.score).toBeGreaterThanOrEqual(0.95);
  });
  it('says something of it where it is more than an ending', () =>
    expect(understand('山前公路护栏断了').categories.map((c) => c.value)).toContain('0404'));
});

describe('what is only mentioned', () => {
  const flags = (text: string) => understand(text).flags.map((f) => f.value);
  it('does not decide', () => {
    const leak = '我是翠竹苑3幢的业主，楼上漏水漏到我家客厅了，物业不管，你们能不能找人来看看';
    expect(understand(leak).categories[0]?.value).toBe('0102');
    expect(understand('我妈昨天走失了，请帮忙找人').categories[0]?.value).toBe('1003');
  });
  it('is no group and nobody weak', () => {
    expect(flags('路边摆了三十个泡沫箱，挡住人行道')).not.toContain('group');
    expect(flags('三十个工人没拿到工资')).toContain('group');
    expect(flags('请问赡养老人的专项附加扣除怎么填，个税怎么退')).not.toContain('vulnerable');
    expect(flags('儿子不赡养老人')).toContain('vulnerable');
  });
  it.each([
    ['路灯坏了三天没人修', null],
    ['路灯坏了半个月', null],
    ['三天前路灯坏了', '三天前'],
    ['上个月路灯坏了，到现在半个月没人修', '上个月'],
    ['山前公路路灯坏了', null],
  ])('is no time at which it happened: %s', (text, when) =>
    expect(understand(text).occurred).toBe(when),
  );
});

describe('several matters', () => {
  const parts = (text: string) =>
    understand(text).proposal.parts?.map((p) => [p.categoryCode, p.content]) ?? null;
  it('are told apart by “also” where both are plainly told', () => {
    expect(parts('路灯坏了三天没人修，还有楼下烧烤店半夜油烟大')).toEqual([
      ['0205', '路灯坏了三天没人修，'],
      ['0208', '还有楼下烧烤店半夜油烟大'],
    ]);
    // One shop that smells and is loud.
    expect(parts('楼下烧烤店油烟大，还有半夜唱歌吵得睡不着')).toBeNull();
    expect(parts('路灯坏了，还有没有人管')).toBeNull();
  });
  it('are announced, with or without a word between them', () => {
    expect(
      parts(
        '两件事情：小区门口的路灯坏了半个月，还有我们厂里上个月工资到现在没发，老板人也找不到了。',
      ),
    ).toEqual([
      ['0205', '小区门口的路灯坏了半个月，'],
      ['0601', '还有我们厂里上个月工资到现在没发，老板人也找不到了。'],
    ]);
    expect(
      parts('两件事情：路灯坏了三天没人修，晚上很黑，楼下烧烤店油烟大，熏得睡不着')?.map(
        ([code]) => code,
      ),
    ).toEqual(['0205', '0208']);
    expect(parts('两件事情：路灯坏了，路灯灯罩也坏了')).toBeNull();
  });
});

/** A repeatable source of numbers. */
function dice(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return s / 2 ** 32;
  };
}

describe('any text', () => {
  const words = cases.map((c) => c.text).join('');
  const roll = dice(20_260_921);
  const texts = Array.from({ length: 300 }, (_, i) => {
    const length = Math.floor(roll() * (i % 10 === 0 ? 400 : 60));
    return Array.from({ length }, () =>
      roll() < 0.6
        ? words[Math.floor(roll() * words.length)]!
        : String.fromCharCode(Math.floor(roll() * 65_536)),
    ).join('');
  });

  it('is understood without an error, with offsets inside it and scores between 0 and 1', () => {
    for (const text of ['', ' ', '\n', '。。。', '１２３ＡＢＣ', ...texts]) {
      const u = understand(text);
      const scores = [
        u.score,
        u.urgency.score,
        u.proposal.score,
        ...[...u.types, ...u.categories, ...u.flags, ...u.areas].map((g) => g.score),
      ];
      expect(scores.every((s) => s >= 0 && s <= 1)).toBe(true);
      expect(u.spans.every((s) => s.from >= 0 && s.from < s.to && s.to <= text.length)).toBe(true);
      expect(u.categories.length).toBeLessThanOrEqual(5);
      expect(u.areas.length).toBeLessThanOrEqual(3);
      expect(u.title.length).toBeLessThanOrEqual(24);
    }
  });

  it('is the same read twice', () => {
    for (const text of texts.slice(0, 30)) expect(understand(text)).toEqual(understand(text));
  });

  it('costs work that grows with its length only', () => {
    const lexicon = compileLexicon(document);
    const cost = (n: number) => read(lexicon, words.repeat(n)).steps;
    const [one, ten] = [cost(1), cost(10)];
    expect(ten).toBeLessThan(one * 11);
    expect(one).toBeLessThan(words.length * 40);
  });

  it('is named as soon when one letter fills it', () => {
    // Seconds, not milliseconds, if a pattern began anew at each letter of the run.
    const reading = read(compileLexicon(document), `x${'了'.repeat(60_000)}x`);
    const started = performance.now();
    const ask = {
      reading,
      deciding: [],
      place: null,
      names: [],
      matter: null,
      asks: false,
      suggests: false,
    } as const;
    expect(titleOf({ ...ask, act: 'dispatch', orderNoTail: null }).length).toBeLessThanOrEqual(24);
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('is heard through spaces and full width', () => {
    expect(understand('停 水 了 整 个 小 区').categories[0]?.value).toBe('0301');
    expect(understand('ＫＴＶ半夜让未成年人进去').categories[0]?.value).toBe('1402');
  });
});

describe('the document', () => {
  const broken = (change: (d: typeof document) => void) => {
    const copy = structuredClone(document);
    change(copy);
    return lexiconDocument.safeParse(copy).success;
  };
  it('is accepted as shipped', () => expect(broken(() => {})).toBe(true));
  it('is refused with a term that is malformed', () => {
    expect(broken((d) => (d.categories['0301']!.terms['(停|断水'] = 2))).toBe(false);
    expect(broken((d) => (d.categories['0301']!.terms['停水**没来'] = 2))).toBe(false);
    expect(broken((d) => (d.void = ['火)锅']))).toBe(false);
  });
  it('is refused where one character would decide', () => {
    expect(broken((d) => (d.categories['0301']!.terms['水'] = 2))).toBe(false);
    expect(broken((d) => (d.categories['0301']!.terms['水'] = 0.5))).toBe(true);
  });
  it('is refused with a threshold no score can reach, and with unknown keys', () => {
    expect(broken((d) => (d.thresholds.dispatch = 1.5))).toBe(false);
    expect(broken((d) => Object.assign(d, { more: 1 }))).toBe(false);
    expect(broken((d) => Object.assign(d.flags, { unheard_of: {} }))).toBe(false);
  });
  it('has terms for every category of the catalogue', () => {
    const codes = readTsv('categories.tsv').flatMap(([code = '']) =>
      code.length === 4 ? code : [],
    );
    expect(Object.keys(document.categories).toSorted()).toEqual(codes.toSorted());
    for (const c of Object.values(document.categories))
      expect(Object.keys(c.terms).length).toBeGreaterThanOrEqual(8);
  });
  it('knows the subject kinds of the dispatch catalogue, and no others', () => {
    const known = readTsv('catalogue-extra.tsv')
      .slice(1)
      .map(([code, kind]) => `${code}/${kind}`);
    const written = Object.entries(document.categories).flatMap(([code, c]) =>
      Object.keys(c.subjects).map((kind) => `${code}/${kind}`),
    );
    expect(written.toSorted()).toEqual(known.toSorted());
  });
});

describe('terms', () => {
  const shown = (term: string) =>
    expand(term).map((s) => s.map((x) => x.literals.join('/')).join('+'));
  it('expand alternatives, gaps and optional steps', () => {
    expect(shown('(停|断)水')).toEqual(['停水/断水']);
    expect(shown('看到*火')).toEqual(['看到+火']);
    expect(shown('(快|)*(来|去)')).toEqual(['快+来/去', '来/去']);
    expect(() => expand('(停|断')).toThrow('do not pair');
    expect(() => expand('停**水')).toThrow('empty part');
  });
});

describe('corrections', () => {
  const suggested = {
    type: 'help',
    categoryCode: '0301',
    urgency: 'U2',
    areaCode: null,
    flags: ['group', 'safety'],
  } as const;
  it('are the fields in which people chose otherwise, of those they settled', () => {
    const all = { ...suggested, flags: [...suggested.flags] };
    expect(
      correctionsOf(all, { type: 'complaint', categoryCode: '0301', flags: ['safety', 'group'] }),
    ).toEqual([{ field: 'type', suggested: 'help', chosen: 'complaint' }]);
    expect(correctionsOf(all, { areaCode: '339902', flags: [] })).toEqual([
      { field: 'area', suggested: null, chosen: '339902' },
      { field: 'flags', suggested: 'group,safety', chosen: '' },
    ]);
    expect(correctionsOf(all, {})).toEqual([]);
  });
});
