/** What the supervisor and the leaders do day by day: urging, supervision orders, answers to them. */
import type { BoardItem, SupervisionView } from '../../src/supervision/schema.ts';
import type { Play } from './context.ts';
import * as words from './words.ts';

const DAY = 24 * 3_600_000;
const CITY = 8 * 3_600_000;
const MORNING = 10 * 60 + 22;
const AFTERNOON = 15 * 60 + 41;
/** On the last days supervision is left to those who sit down afterwards. */
const LEFT_MS = 1.6 * DAY;
/** What leaders answered in the last days is left to the supervisor, too. */
const LEFT_TO_JUDGE_MS = 4.6 * DAY;

interface List<T> {
  items: T[];
}

/** Every working day until shortly before the end. */
export async function supervisorsDays(play: Play): Promise<void> {
  const { startAt, endAt } = play.city;
  const first = Math.floor((startAt + CITY) / DAY) * DAY - CITY;
  for (let day = first; day < endAt - LEFT_MS; day += DAY) {
    if (!play.hours.works(day)) continue;
    await at(play, day, MORNING);
    await urgeLate(play, day);
    await at(play, day, AFTERNOON);
    await leadersAnswer(play, day);
    if (day < endAt - LEFT_TO_JUDGE_MS) await judge(play, day);
  }
}

async function at(play: Play, day: number, minute: number): Promise<void> {
  const then = day + minute * 60_000;
  if (then > play.stage.now) await play.stage.wait(then, 'zz/supervisor');
}

async function supervisions(play: Play, state: string): Promise<SupervisionView[]> {
  const who = await play.people.as('supervisor');
  const { body } = await who.get<List<SupervisionView>>(
    `/api/supervisions?state=${state}&limit=100`,
  );
  return body.items.toSorted((a, b) => (a.number < b.number ? -1 : 1));
}

/** The latest are urged, one of them is supervised. */
async function urgeLate(play: Play, day: number): Promise<void> {
  const who = await play.people.as('supervisor');
  const { body } = await who.get<List<BoardItem>>('/api/board/orders?lamp=overdue&limit=20');
  const late = (body.items ?? []).toSorted((a, b) => (a.order.orderNo < b.order.orderNo ? -1 : 1));
  const d = play.dice('urges', day);
  for (const item of late.slice(0, 8)) {
    if (!d.chance(0.3)) continue;
    await play.post(
      'supervisor',
      `/api/orders/${item.order.id}/urges`,
      { level: 1, text: '已超期，请今天内联系诉求人并报进展。' },
      'urge by supervisor',
    );
  }
  const worst = late[0];
  if (worst && d.chance(0.4)) {
    const body = { level: 2, demand: d.pick(words.SUPERVISION_DEMANDS) };
    await play.post('supervisor', `/api/orders/${worst.order.id}/supervisions`, body, 'supervise');
  }
}

async function leadersAnswer(play: Play, day: number): Promise<void> {
  const date = new Date(day + 3 * DAY + CITY);
  const by = `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
  for (const s of await supervisions(play, 'open')) {
    const d = play.dice('supervision', s.number, day);
    if (!d.chance(0.4)) continue;
    const text = d.pick(words.SUPERVISION_REPLIES).replace('{d}', by);
    const login = play.account(s.organization.code, '.leader');
    await play.post(
      login,
      `/api/supervisions/${s.id}/reply`,
      { version: s.version, text },
      'reply to supervision',
    );
  }
}

async function judge(play: Play, day: number): Promise<void> {
  for (const s of await supervisions(play, 'replied')) {
    const d = play.dice('verdict', s.number, day);
    if (!d.chance(0.5)) continue;
    const empty = (s.replies.at(-1)?.text.length ?? 0) < 8;
    const body = empty
      ? { version: s.version, verdict: 'sent_back', note: words.SENT_BACK }
      : { version: s.version, verdict: 'accepted', note: '' };
    await play.post('supervisor', `/api/supervisions/${s.id}/verdict`, body, 'verdict');
  }
}
