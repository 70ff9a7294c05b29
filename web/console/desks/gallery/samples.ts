/** What the gallery's parts show: made-up clocks, one order, its timeline. Nothing of it is stored. */
import type { Lamp } from '../../../../src/contract.ts';
import type { ClockView } from '../../../../src/deadline/schema.ts';
import type { OrderDetail, OrderListItem, TimelineItem } from '../../../../src/workorder/schema.ts';

const HOUR = 3_600_000;
const DAY = 7 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();

/** How much each lamp has left, and from when it is soon and due today, from now. */
const LEFT: Record<Lamp, { ms: number; soon: number; today: number }> = {
  roomy: { ms: 3 * DAY + 2 * HOUR, soon: 48 * HOUR, today: 60 * HOUR },
  soon: { ms: DAY + 5 * HOUR, soon: -HOUR, today: 20 * HOUR },
  today: { ms: 5 * HOUR + 6 * 60_000, soon: -30 * HOUR, today: -2 * HOUR },
  overdue: { ms: -(DAY + HOUR), soon: -80 * HOUR, today: -30 * HOUR },
  paused: { ms: 4 * DAY + HOUR, soon: 80 * HOUR, today: 90 * HOUR },
  provisional: { ms: 73 * DAY, soon: 1500 * HOUR, today: 1700 * HOUR },
};

export function sampleClock(lamp: Lamp, now: number): ClockView {
  const { ms, soon, today } = LEFT[lamp];
  const paused = lamp === 'paused';
  return {
    clock: 'final',
    lamp,
    basis: 'wd',
    dueAt: paused ? null : iso(now + ms),
    soonAt: iso(now + soon),
    todayAt: iso(now + today),
    provisional: lamp === 'provisional',
    leftMs: ms,
    asOf: iso(now),
    runsFrom: paused ? null : iso(now - HOUR),
    runsTo: paused ? null : iso(now + 8 * HOUR),
    dayMs: DAY,
    level: lamp === 'overdue' ? 2 : 0,
  };
}

interface SampleWords {
  title: string;
  excerpt: string;
  category: string;
  lead: string;
  area: string;
}

export const sampleOrder = (
  now: number,
  lamp: Lamp,
  { category, lead, area, ...words }: SampleWords,
): OrderListItem => ({
  id: `sample-${lamp}`,
  orderNo: lamp === 'overdue' ? '20260907009322' : '20260917029754',
  state: 'in_progress',
  version: 5,
  round: lamp === 'overdue' ? 2 : 1,
  channel: 'web',
  type: 'complaint',
  urgency: lamp === 'overdue' ? 'U2' : 'U3',
  category: { code: '0301', name: category, nameEn: category },
  area: { code: '339902001', name: area },
  ...words,
  confidential: false,
  lead: { id: 'sample', code: 'WATER', name: lead, nameEn: lead },
  registeredAt: iso(now - 90 * HOUR),
  stateSince: iso(now - 60 * HOUR),
  closingType: null,
  redoProposed: false,
  urges: 1,
  flags: lamp === 'overdue' ? ['group', 'repeat'] : [],
  emergency: null,
  waits: [],
  suggested: null,
  clock: sampleClock(lamp, now),
});

const item = (
  i: Partial<TimelineItem> & Pick<TimelineItem, 'id' | 'act' | 'at'>,
): TimelineItem => ({
  from: 'in_progress',
  to: 'in_progress',
  version: Number(i.id),
  round: 1,
  party: 'handler',
  actorName: null,
  organization: null,
  detail: {},
  texts: [],
  ...i,
});

/** Four kinds of points: the newest, one the citizen sees, a turn, the system. */
export function sampleTimeline(now: number, words: { open: string; inside: string }): OrderDetail {
  const timeline: TimelineItem[] = [
    item({ id: '1', act: 'dispatch', at: iso(now - 70 * HOUR), party: 'system' }),
    item({
      id: '2',
      act: 'urge',
      at: iso(now - 30 * HOUR),
      party: 'citizen',
      detail: { level: 1 },
    }),
    item({
      id: '3',
      act: 'progress',
      at: iso(now - 20 * HOUR),
      texts: [{ kind: 'progress', visibility: 'public', body: words.open }],
    }),
    item({
      id: '4',
      act: 'note',
      at: iso(now - 2 * HOUR),
      texts: [{ kind: 'note', visibility: 'unit', body: words.inside }],
    }),
  ];
  return { timeline, attachments: [] as OrderDetail['attachments'] } as OrderDetail;
}
