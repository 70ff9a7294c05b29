/** What the people of the city say: the written texts, and the cases of the acceptance. */
import type { Channel, DemandType, Urgency } from '../../src/kernel/words.ts';
import { readSeed, readTsv } from '../tsv.ts';

export interface Said {
  key: string;
  channel: Channel;
  type: DemandType;
  category: string;
  urgency: Urgency;
  /** Code of an area; null where the text gives none. */
  area: string | null;
  subject: string | null;
  address: string;
  name: string;
  /** What the one who wrote it would have done with it: dispatch, direct_answer, reject:N04 … */
  action: string;
  text: string;
}

const orNull = (cell: string): string | null => (cell === '-' || cell === '' ? null : cell);

const written = (file: string): Said[] =>
  readTsv(`demo/fortnight/${file}`).map(
    ([
      key = '',
      channel,
      type,
      category = '',
      urgency,
      area = '',
      subject = '',
      address = '',
      name = '',
      action = 'dispatch',
      text = '',
    ]) => ({
      key,
      channel: channel as Channel,
      type: type as DemandType,
      category,
      urgency: urgency as Urgency,
      area: orNull(area),
      subject: orNull(subject),
      address: orNull(address) ?? '',
      name: orNull(name) ?? '',
      action,
      text,
    }),
  );

const TYPE: Record<string, DemandType> = {
  咨询: 'consultation',
  求助: 'help',
  投诉: 'complaint',
  举报: 'report',
  建议: 'suggestion',
  表扬: 'praise',
  其他: 'other',
};
/** What the cases leave to whoever hears them: where it is, and who calls. */
const CASE_PLACE: Record<
  string,
  { area?: string; address?: string; name?: string; subject?: string }
> = {
  T03: { area: '339901' },
  T04: { area: '339902001', address: '南塘街道翠竹苑', name: '翠竹苑业主李女士' },
  T06: { area: '339901002', address: '文渊街道“阿强烧烤”楼上', subject: '餐饮' },
  T07: { area: '339902003', subject: '电梯' },
  T08: { area: '339903001', address: '石埠镇化工厂', subject: '企业' },
  T10: { area: '339901003' },
  T12: { area: '339902002' },
  T17: { area: '339902001', address: '南塘街道翠竹苑', name: '翠竹苑业主李女士' },
  T21: { area: '339904001', address: '茶坑乡山坳田间', subject: '秸秆' },
  T24: { area: '339901001', subject: '健身' },
  T27: { area: '339901001', address: '地铁口人行道', subject: '人行道' },
  T30: { area: '339902', name: '老秦' },
  T31: { area: '339902001' },
  T32: { area: '339905001' },
  T35: { area: '339902002', subject: '邻里' },
  T36: { area: '339903002', address: '柳岸镇三组沿河' },
};
const CASE_ACTION: Record<string, string> = {
  transfer_110: 'transfer_emergency:110',
  transfer_119: 'transfer_emergency:119',
  close_invalid: 'close_no_substance',
  reject: 'reject',
};

interface Case {
  id: string;
  channel: string;
  text: string;
  type: string;
  cat: string;
  urgency: Urgency;
  action: string;
  flags: string[];
}

function fromCase(c: Case): Said {
  const { area, address, name, subject } = CASE_PLACE[c.id] ?? {};
  const action = CASE_ACTION[c.action] ?? c.action;
  const ground = c.flags.find((f) => /^N\d\d$/.test(f));
  return {
    key: c.id,
    channel: (c.channel === '110' ? 'police_110' : c.channel) as Channel,
    type: TYPE[c.type]!,
    category: c.cat,
    urgency: c.urgency,
    area: area ?? null,
    subject: subject ?? null,
    address: address ?? '',
    name: name ?? '',
    action: c.flags.includes('confidential')
      ? 'confidential'
      : action === 'reject'
        ? `reject:${ground ?? 'N11'}`
        : action,
    text: c.text,
  };
}

/** Every text of the fortnight, in the order of the files. */
export function fortnight(): Said[] {
  const cases = readSeed('demo/fortnight/cases.jsonl')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => fromCase(JSON.parse(line) as Case));
  return [
    ...cases,
    ...written('texts-a.tsv'),
    ...written('texts-b.tsv'),
    ...written('texts-c.tsv'),
  ];
}
