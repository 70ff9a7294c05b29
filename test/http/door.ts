/** How a demand comes in: through the citizen's pages without scripts, or typed at the operator's form. */
import { randomUUID } from 'node:crypto';
import { PUBLIC_URL } from '../world.ts';
import type { World } from '../world.ts';

export interface Raised {
  id: string;
  /** What the citizen was shown when it was sent. */
  receipt: string;
}

/** Sends the last screen of the citizen's form and follows to the receipt. */
export async function raisedByPage(w: World, typed: Typed): Promise<Raised> {
  const { id, to, cookie } = await sentByPage(w, typed);
  const slip = await w.app.request(to, { headers: { ...HEADERS, cookie } });
  return { id, receipt: await slip.text() };
}

export interface Typed {
  content: string;
  address?: string;
  phone?: string;
  name?: string;
}
const HEADERS = { host: 'localhost:12345', origin: PUBLIC_URL };

/** Sends the last screen of the citizen's form. @returns where it leads, and with which cookie. */
export async function sentByPage(
  w: World,
  typed: Typed,
): Promise<{ id: string; to: string; cookie: string }> {
  // However many demands one test sends: each comes from a household of its own.
  await w.db.deleteFrom('throttle').execute();
  const sent = await w.app.request('/submit/next', {
    method: 'POST',
    headers: { ...HEADERS, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      screen: '3',
      go: 'send',
      key: randomUUID(),
      who: 'named',
      name: '周先生',
      phone: '13900000321',
      callback: 'on',
      ...typed,
    }).toString(),
  });
  const to = sent.headers.get('location');
  if (sent.status !== 303 || !to) throw new Error(`not sent: ${sent.status} ${await sent.text()}`);
  const cookie = sent.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
  const row = await w.db
    .selectFrom('work_order')
    .innerJoin('order_text', 'order_text.order_id', 'work_order.id')
    .select('work_order.id')
    .where('order_text.content', '=', typed.content)
    .where('channel', '=', 'web')
    .orderBy('work_order.registered_at', 'desc')
    .executeTakeFirstOrThrow();
  return { id: row.id, to, cookie };
}

/** What the operator's form answers. */
export async function typedByOperator(w: World, body: object): Promise<string> {
  const made = await (
    await w.as('operator')
  ).post('/api/orders', body, { 'idempotency-key': randomUUID() });
  if (made.status !== 201)
    throw new Error(`not taken: ${made.status} ${JSON.stringify(made.body)}`);
  return made.body.orderId;
}
