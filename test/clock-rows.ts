/**
 * Clocks that stand in the database without an act having started them: each of an order of its own
 * that a unit handles, so that whatever reacts to a firing finds what it needs.
 */
import type pg from 'pg';
import { newId } from '../src/kernel/ids.ts';

export interface PlantedStep {
  step: string;
  level: number;
  at: Date;
}

/** The ladder of a final reply: reminders, then an urge, then supervision. */
export const LADDER = [
  { step: 'half', level: 0, action: 'remind' },
  { step: 'eighty', level: 0, action: 'remind' },
  { step: 'due', level: 0, action: 'remind' },
  { step: 'late1', level: 1, action: 'urge' },
  { step: 'late3', level: 2, action: 'supervise' },
  { step: 'late5', level: 3, action: 'supervise' },
] as const;

export interface Planted {
  deadlineId: string;
  orderId: string;
  subjectId: string;
  steps: PlantedStep[];
}

async function fill(owner: pg.Pool, table: string, rows: Record<string, unknown>[]): Promise<void> {
  const columns = Object.keys(rows[0]!);
  const names = columns.map((c) => `"${c}"`).join(', ');
  for (let i = 0; i < rows.length; i += 5_000)
    await owner.query(
      `insert into ${table} (${names})
        select ${names} from json_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(rows.slice(i, i + 5_000))],
    );
}

let planted = 0;

/**
 * Plants one clock for each list of steps. The owner's connection, as no act did it.
 * @returns them in the same order.
 */
export async function plantClocks(owner: pg.Pool, ladders: PlantedStep[][]): Promise<Planted[]> {
  const one = async (text: string) => Object.values((await owner.query(text)).rows[0] ?? {})[0];
  const now = (await one('select app_now()')) as Date;
  const unit = await one("select id from organization where code = 'WATER'");
  const calendar = await one('select id from calendar where organization_id is null');
  const calendarVersion = await one('select max(version) from calendar_version');
  const policyVersion = await one('select max(version) from deadline_policy');
  const contact = newId();
  await fill(owner, 'contact', [{ id: contact, channel: 'phone', started_at: now }]);
  const made = ladders.map((steps) => ({
    deadlineId: newId(),
    orderId: newId(),
    subjectId: newId(),
    steps,
  }));
  const due = (m: Planted) => (m.steps.find((s) => s.step === 'due') ?? m.steps.at(-1)!).at;
  // First of all the citizens' clocks: an order without one would be adopted by the workers.
  await fill(
    owner,
    'deadline',
    made.map((m) => ({
      id: newId(),
      subject_id: m.orderId,
      clock: 'citizen',
      cycle: 1,
      epoch: 1,
      order_id: m.orderId,
      shown: false,
      state: 'running',
      basis: 'nh',
      policy_version: policyVersion,
      calendar_id: calendar,
      calendar_version: calendarVersion,
      started_at: now,
      provisional: false,
      level: 0,
    })),
  );
  await fill(
    owner,
    'work_order',
    made.map((m) => ({
      id: m.orderId,
      order_no: `9${String(planted++).padStart(13, '0')}`,
      contact_id: contact,
      state: 'in_progress',
      version: 1,
      round: 1,
      channel: 'phone',
      type: 'help',
      category_code: '0301',
      urgency: 'U3',
      confidential: false,
      anonymous: true,
      wish_callback: false,
      wish_public: false,
      no_return: false,
      direct: false,
      urges: 0,
      redo_proposed: false,
      registered_at: now,
      state_since: now,
    })),
  );
  await fill(
    owner,
    'assignment',
    made.map((m) => ({
      id: m.subjectId,
      order_id: m.orderId,
      round: 1,
      organization_id: unit,
      kind: 'lead',
      state: 'signed',
      version: 1,
      created_at: now,
      state_since: now,
      waived: false,
    })),
  );
  await fill(
    owner,
    'deadline',
    made.map((m) => ({
      id: m.deadlineId,
      subject_id: m.subjectId,
      clock: 'final',
      cycle: 1,
      epoch: 1,
      order_id: m.orderId,
      organization_id: unit,
      urgency: 'U3',
      channel: 'phone',
      type: 'help',
      state: 'running',
      basis: 'wd',
      amount: 3,
      policy_version: policyVersion,
      calendar_id: calendar,
      calendar_version: calendarVersion,
      started_at: now,
      due_at: due(m),
      provisional: false,
      level: 0,
    })),
  );
  await fill(
    owner,
    'deadline_step',
    made.flatMap((m) =>
      m.steps.map(({ step, level, at }) => ({
        deadline_id: m.deadlineId,
        epoch: 1,
        step,
        level,
        action: LADDER.find((l) => l.step === step)?.action ?? 'remind',
        fire_at: at,
      })),
    ),
  );
  return made;
}
