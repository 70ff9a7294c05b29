/** The main road, walked over real HTTP: each step does one act and answers what the route answered. */
import type { OrderDetail } from '../../src/workorder/schema.ts';
import { newKey } from '../processes.ts';
import type { Answer, Browser } from '../processes.ts';
import { T04 } from '../words.ts';

/** The street of T04. */
export const NANTANG = '339902001';
export const ROOM = 'TOWN_QINGYU_1_ROOM';

export const must = <T>(answer: Answer<T>): T => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

export interface Registered {
  orderId: string;
  orderNo: string;
  queryCode: string;
}

export interface Words {
  content?: string;
  name?: string;
  phone?: string;
  channel?: string;
  /** Stands in every free text of the road. */
  phrase?: string;
}

/** Steps of the road; `as` gives the browser of a person. */
export function walk(as: (login: string) => Promise<Browser>) {
  const see = async (orderId: string, login = 'dispatcher'): Promise<OrderDetail> =>
    must(await (await as(login)).get(`/api/orders/${orderId}`));
  const act = async (login: string, orderId: string, name: string, input: unknown) => {
    const { version } = await see(orderId);
    return must(
      await (await as(login)).post(`/api/orders/${orderId}/acts`, { act: name, version, input }),
    );
  };
  const ofUnit = ({ assignments, round }: OrderDetail, unit: string) => {
    const found = assignments.find((a) => a.organization.code === unit && a.round === round);
    if (!found) throw new Error(`${unit} has no assignment in round ${round}`);
    return found;
  };
  const assignmentOf = async (orderId: string, unit: string) => ofUnit(await see(orderId), unit);
  /** Version of the draft as the unit sees it; null when there is none. */
  const draftVersion = async (orderId: string): Promise<number | null> => {
    const { assignments } = must(await (await as('water.leader')).get(`/api/orders/${orderId}`));
    const replies = (assignments as { replies: { state: string; version: number }[] }[]).flatMap(
      (a) => a.replies,
    );
    return replies.find((r) => r.state === 'draft')?.version ?? null;
  };
  const onAssignment = async (
    login: string,
    orderId: string,
    unit: string,
    name: string,
    input: unknown = {},
  ) => {
    // Read at once: what is done here goes by one look at the order.
    const order = await see(orderId);
    const { id } = ofUnit(order, unit);
    const { version } = order;
    return must(
      await (await as(login)).post(`/api/assignments/${id}/acts`, { act: name, version, input }),
    );
  };
  const units = new Map<string, string>();
  /** Read once: units come with the seed. */
  const unitId = async (code: string): Promise<string> => {
    if (units.size === 0) {
      const reference = must(await (await as('dispatcher')).get('/api/reference'));
      for (const u of reference.units as { id: string; code: string }[]) units.set(u.code, u.id);
    }
    return units.get(code)!;
  };

  return {
    see,
    act,
    onAssignment,
    assignmentOf,
    unitId,
    register: async (w: Words = {}, key = newKey()): Promise<Registered> =>
      must(await (await as('operator')).post(...registration(w, key))),
    accept: (orderId: string, type = 'help') =>
      act('operator', orderId, 'accept', { type, categoryCode: '0301', urgency: 'U2' }),
    dispatch: async (orderId: string, co: string[] = [ROOM], note = '') =>
      act('dispatcher', orderId, 'dispatch', {
        leadId: await unitId('WATER'),
        coIds: await Promise.all(co.map(unitId)),
        note,
      }),
    sign: (orderId: string) => onAssignment('water', orderId, 'WATER', 'sign'),
    firstContact: (orderId: string, phrase = '') =>
      onAssignment('water.handler', orderId, 'WATER', 'first_contact', {
        method: 'phone',
        reached: true,
        content: `已致电说明。${phrase}`,
      }),
    progress: (orderId: string, phrase = '') =>
      onAssignment('water.handler', orderId, 'WATER', 'progress', {
        text: `正在开挖。${phrase}`,
        visibility: 'public',
      }),
    async coReply(orderId: string, phrase = '') {
      await onAssignment('nantang', orderId, ROOM, 'sign');
      await onAssignment('nantang.handler', orderId, ROOM, 'submit_co_reply', {
        text: `已通知住户接水点。${phrase}`,
      });
    },
    async draft(orderId: string, phrase = '', solved = 'solved') {
      const { id } = await assignmentOf(orderId, 'WATER');
      return must(
        await (
          await as('water.handler')
        ).put(`/api/assignments/${id}/reply`, {
          replyVersion: await draftVersion(orderId),
          truth: 'true',
          finding: `查明总管破裂。${phrase}`,
          measures: `抢修完毕并恢复供水。${phrase}`,
          basis: '',
          solved,
          contactMade: true,
          publicVersion: `您好，总管已经修好。${phrase}`,
        }),
      );
    },
    countersign: async (orderId: string, waiverReason = '') =>
      onAssignment('water.leader', orderId, 'WATER', 'submit_reply', {
        waiverReason,
        replyVersion: await draftVersion(orderId),
      }),
    auditFail: (orderId: string, phrase = '') =>
      act('auditor', orderId, 'audit_fail', {
        missing: ['measures_dated'],
        findings: `没有写明日期。${phrase}`,
      }),
    auditPass: (orderId: string) =>
      act('auditor', orderId, 'audit_pass', { checklist: ['all_matters', 'finding'] }),
    callback: async (orderId: string): Promise<string | undefined> => {
      const { items } = must(await (await as('followup')).get('/api/callbacks?queue=call'));
      return (items as { id: string; order: { id: string } }[]).find((i) => i.order.id === orderId)
        ?.id;
    },
    attempt: async (taskId: string, result: string, note = '') =>
      must(
        await (await as('followup')).post(`/api/callbacks/${taskId}/attempts`, { result, note }),
      ),
    evaluate: async (taskId: string, said: object) =>
      must(await (await as('followup')).post(`/api/callbacks/${taskId}/evaluation`, said)),
  };
}

export type Walk = ReturnType<typeof walk>;

/** What the operator's form sends: path, body, headers. */
export const registration = (w: Words, key: string): [string, object, Record<string, string>] => [
  '/api/orders',
  {
    channel: w.channel ?? 'phone',
    content: `${w.content ?? T04}${w.phrase ?? ''}`,
    areaCode: NANTANG,
    requester: { kind: 'natural', name: w.name ?? '陈女士', phone: w.phone ?? '13805774471' },
  },
  { 'idempotency-key': key },
];
