/** `npm run simulate-deadline`: received then, of this kind, in this unit → due when, and why. */
import { parseArgs } from 'node:util';
import { simulate } from '../src/deadline/index.ts';
import { simulateInput } from '../src/deadline/schema.ts';
import type { SimulateView } from '../src/deadline/schema.ts';
import { CITY_OFFSET_MS } from '../src/kernel/clock.ts';
import { translate } from '../src/kernel/i18n/index.ts';
import type { Db } from '../src/platform/db.ts';

const USAGE = `usage: npm run simulate-deadline -- --received "2026-02-13 16:00" [--type help] [--urgency U4]
  [--channel phone] [--unit WATER] [--clock final] [--redo] [--pause "2026-02-24 09:00/2026-02-25 09:00"]
times are those of the city; types, urgencies and clocks by their names in src/kernel/words.ts`;

/** `2026-02-13 16:00` of the city as an instant; also ISO with an offset. @throws for anything else. */
export function cityInstant(text: string): string {
  const local = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?$/.exec(text.trim());
  const iso = local ? `${local[1]}T${local[2]}${local[3] ?? ':00'}+08:00` : text.trim();
  const at = new Date(iso);
  if (Number.isNaN(at.getTime()) || (!local && !/(?:Z|[+-]\d{2}:\d{2})$/.test(iso))) {
    throw new Error(`not a time: ${text}\n${USAGE}`);
  }
  // 30 February would silently become 2 March.
  if (local && stamp(at.toISOString()) !== `${local[1]} ${local[2]}`) {
    throw new Error(`not a time: ${text}\n${USAGE}`);
  }
  return at.toISOString();
}

const stamp = (iso: string): string =>
  new Date(Date.parse(iso) + CITY_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');

async function unitId(db: Db, code: string | undefined): Promise<string | null> {
  if (!code) return null;
  const row = await db
    .selectFrom('organization')
    .select('id')
    .where('code', '=', code.toUpperCase())
    .executeTakeFirst();
  if (!row) throw new Error(`no unit with code ${code}`);
  return row.id;
}

const UNIT = { wd: '工作日', wh: '工时', nh: '小时' } as const;

/** The answer as a person reads it. */
function print(v: SimulateView): string {
  const clock = translate('zh-CN', `clock.${v.clock}`);
  const lines = [
    `${clock}时限 ${v.amount} ${UNIT[v.basis]} · ${v.calendarName} · 政策第 ${v.policyVersion} 版`,
    ...v.lines.map((l) => {
      const due = l.due ? `  到期 ${stamp(l.due)}` : '';
      const until = l.until ? ` 至 ${stamp(l.until)}` : '';
      const adds = l.addsMs ? `  加 ${(l.addsMs / 3_600_000).toFixed(2)} 时` : '';
      return `  ${l.kind.padEnd(7)} ${stamp(l.at)}${until}${adds}${due}`;
    }),
    ...v.days
      .filter((d) => d.kind !== 'working' && d.kind !== 'weekend')
      .map((d) => `  ${d.date}  ${d.kind === 'makeup' ? '调休上班' : '不计'}  ${d.name}`),
    ...v.steps.map((s) => `  ${stamp(s.at)}  ${s.level} 级 ${s.step}`),
    v.dueAt
      ? `到期 ${stamp(v.dueAt)}${v.provisional ? '（临时：日历还没有公布到这一天）' : ''}`
      : '暂停中',
  ];
  return `${lines.join('\n')}\n`;
}

/** @throws with the usage when an argument is missing or wrong. */
export async function runSimulation(db: Db, args: string[]): Promise<string> {
  const { values } = parseArgs({
    args,
    options: {
      received: { type: 'string' },
      type: { type: 'string' },
      urgency: { type: 'string' },
      channel: { type: 'string' },
      clock: { type: 'string' },
      unit: { type: 'string' },
      redo: { type: 'boolean' },
      pause: { type: 'string', multiple: true },
    },
  });
  if (!values.received) throw new Error(USAGE);
  const { received, unit, pause, ...rest } = values;
  const input = simulateInput.safeParse({
    ...rest,
    receivedAt: cityInstant(received),
    organizationId: await unitId(db, unit),
    pauses: (pause ?? []).map((p) => {
      const [from = '', to = ''] = p.split('/');
      return { type: 'supplement', from: cityInstant(from), to: cityInstant(to) };
    }),
  });
  if (!input.success) {
    const faults = input.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    throw new Error(`${faults.join('\n')}\n${USAGE}`);
  }
  return print(await simulate(db, input.data));
}
