/** What lies on each desk when the play is over, read as those would read it who sit down there. */
import type { Desk as ChatDesk } from '../../src/chat/schema.ts';
import type { Play } from './context.ts';

export interface Desk {
  name: string;
  rows: number;
  least: number;
}

interface Page {
  items: Record<string, unknown>[];
  nextCursor: string | null;
}
const PAGES_MAX = 8;
/** Rows that whoever sits down at a desk finds at least. */
const LEAST = 10;

async function rows(play: Play, login: string, path: string): Promise<Page['items']> {
  const who = await play.people.as(login);
  const found: Page['items'] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null && page < PAGES_MAX; page++) {
    const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const { status, body } = await who.get<Page>(`${path}limit=100${more}`);
    if (status !== 200) throw new Error(`${login} ${path}: ${status}`);
    found.push(...body.items);
    cursor = body.nextCursor;
  }
  return found;
}

const INBOXES = [
  ['water', '市水务集团'],
  ['zhzf', '市综合行政执法局'],
  ['nantang', '南塘街道'],
] as const;

/** Every desk with its rows. */
export async function desks(play: Play): Promise<Desk[]> {
  const count = async (name: string, login: string, path: string): Promise<Desk> => ({
    name,
    rows: (await rows(play, login, path)).length,
    least: LEAST,
  });
  const list = [
    await count('话务员 待受理', 'operator', '/api/orders?queue=registered&'),
    await count('派单员 待派单', 'dispatcher', '/api/orders?queue=pending_dispatch&'),
    await count('审核员 待审核', 'auditor', '/api/orders?queue=pending_audit&'),
    await count('回访员 待回访', 'followup', '/api/callbacks?queue=call&'),
    await count('督办员 重办建议', 'supervisor', '/api/callbacks?queue=redo_proposed&'),
    await count('督办员 督办待回复', 'supervisor', '/api/supervisions?state=open&'),
    await count('督办员 督办待审签', 'supervisor', '/api/supervisions?state=replied&'),
  ];
  for (const [login, name] of INBOXES) {
    list.push(await count(`${name} 在办`, login, '/api/inbox?facet=open&'));
  }
  list.push(await count('执法局分管领导 待签发', 'zhzf.leader', '/api/inbox?facet=draft&'));
  const all = await rows(play, 'supervisor', '/api/orders?queue=open&');
  const waiting = all.filter((o) => o.state === 'awaiting_supplement').length;
  list.push({ name: '待补充', rows: waiting, least: LEAST });
  return [...list, ...(await doors(play)), ...(await ladder(play))];
}

/** Callers to be called back, and who waits for a word in a chat. */
async function doors(play: Play): Promise<Desk[]> {
  const who = await play.people.as('operator');
  const returns = await who.get<{ items: unknown[] }>('/api/telephony/return-calls?state=open');
  const chats = await who.get<ChatDesk>('/api/chat/chats');
  return [
    { name: '话务员 待回拨', rows: returns.body.items.length, least: 4 },
    { name: '话务员 会话排队', rows: chats.body.queue.waiting, least: 3 },
  ];
}

/** Orders overdue, by the level they have reached. */
async function ladder(play: Play): Promise<Desk[]> {
  const late = await rows(play, 'supervisor', '/api/board/orders?lamp=overdue&');
  return [0, 1, 2, 3].map((level) => ({
    name: `督办员 超期 ${level} 级`,
    rows: late.filter((item) => Math.min(Number(item.level), 3) === level).length,
    least: 2,
  }));
}

/** The table as it is printed. */
export function table(list: readonly Desk[]): string {
  return list
    .map(
      (d) =>
        `  ${String(d.rows).padStart(4)}  ${d.name}${d.rows < d.least ? `  ← 少于 ${d.least}` : ''}`,
    )
    .join('\n');
}
