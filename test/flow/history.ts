/** Random histories of legal acts over real HTTP, the same for the same seed. */
import type { OrderDetail } from '../../src/workorder/schema.ts';
import { loginOf, REPLY, T04 } from '../words.ts';
import { newKey } from '../processes.ts';
import type { Answer, Browser } from '../processes.ts';
import { NANTANG, ROOM } from './walk.ts';

/** Units that take part: two departments, a command room, its district, and another district. */
export const UNITS = ['WATER', 'ZHZF', ROOM, 'DIST_QINGYU', 'DIST_WANGCHAO'];
/** Orders that live at once; beyond it none is registered. */
const LIVING_MAX = 7;

/** Mulberry32: the same numbers on every machine. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Try = () => Promise<Answer>;

/**
 * @param as the browser of a person. @param unitId the id of a unit by its code.
 * @param versionsOf the version of each order as it stands: only what changed is looked at again.
 */
export function history(
  seed: number,
  as: (login: string) => Promise<Browser>,
  unitId: (code: string) => Promise<string>,
  versionsOf: (ids: string[]) => Promise<Map<string, number>>,
) {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const orders: string[] = [];
  /** Nobody here opens them again: they are not looked at any more. */
  const closed = new Set<string>();
  const seen = new Map<string, OrderDetail>();
  const done: Record<string, number> = {};

  const see = async (id: string): Promise<OrderDetail> =>
    (await (await as('dispatcher')).get(`/api/orders/${id}`)).body;
  const onOrder =
    (login: string, o: OrderDetail, act: string, input: unknown): Try =>
    async () =>
      (await as(login)).post(`/api/orders/${o.id}/acts`, { act, version: o.version, input });
  const onAssignment =
    (login: string, o: OrderDetail, id: string, act: string, input: unknown = {}): Try =>
    async () =>
      (await as(login)).post(`/api/assignments/${id}/acts`, { act, version: o.version, input });

  async function register(): Promise<Answer> {
    const body = {
      channel: pick(['phone', 'visit', 'mail']),
      content: T04,
      areaCode: NANTANG,
      confidential: next() < 0.2,
      requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
    };
    const answer = await (
      await as('operator')
    ).post('/api/orders', body, { 'idempotency-key': newKey() });
    if (answer.status < 300) orders.push(answer.body.orderId);
    return answer;
  }

  async function reply(o: OrderDetail, a: OrderDetail['assignments'][number]): Promise<Answer> {
    const login = loginOf(a.organization.code);
    const mine: OrderDetail = (await (await as(`${login}.leader`)).get(`/api/orders/${o.id}`)).body;
    const draft = mine.assignments
      .find((x) => x.id === a.id)!
      .replies.find((r) => r.state === 'draft');
    const made = await (
      await as(`${login}.handler`)
    ).put(`/api/assignments/${a.id}/reply`, { ...REPLY, replyVersion: draft?.version ?? null });
    if (made.status >= 300) return made;
    const input = { waiverReason: '先行答复', replyVersion: made.body.version ?? 1 };
    return onAssignment(`${login}.leader`, o, a.id, 'submit_reply', input)();
  }

  const callback =
    (o: OrderDetail): Try =>
    async () => {
      const who = await as('followup');
      const { body } = await who.get('/api/callbacks?queue=call&limit=100');
      const task = (body.items as { id: string; order: { id: string } }[]).find(
        (t) => t.order.id === o.id,
      );
      if (!task) return who.get('/api/session');
      const said = { contacted: true, solved: pick(['solved', 'not_solved']), satisfaction: 3 };
      return who.post(`/api/callbacks/${task.id}/evaluation`, said);
    };

  /** What may be done next with an order, by name. */
  async function movesOf(o: OrderDetail): Promise<[string, Try][]> {
    const moves: [string, Try][] = [];
    const withdraw = { wish: '不用了', identifiedBy: 'caller_number' };
    if (['registered', 'pending_dispatch', 'dispatched', 'in_progress'].includes(o.state)) {
      if (next() < 0.04) moves.push(['withdraw', onOrder('operator', o, 'withdraw', withdraw)]);
    }
    if (o.state === 'registered') {
      const input = { type: 'help', categoryCode: '0301', urgency: pick(['U1', 'U2', 'U3', 'U4']) };
      moves.push(['accept', onOrder('operator', o, 'accept', input)]);
    }
    if (o.state === 'pending_dispatch') {
      const lead = pick(UNITS);
      const co = UNITS.filter((u) => u !== lead && next() < 0.2);
      const input = { leadId: await unitId(lead), coIds: await Promise.all(co.map(unitId)) };
      moves.push(['dispatch', onOrder('dispatcher', o, 'dispatch', input)]);
    }
    for (const a of ['dispatched', 'in_progress'].includes(o.state) ? o.assignments : []) {
      if (a.round !== o.round) continue;
      const login = loginOf(a.organization.code);
      if (a.state === 'pending_sign') moves.push(['sign', onAssignment(login, o, a.id, 'sign')]);
      if (a.state !== 'signed') continue;
      const told = { method: 'phone', reached: next() < 0.9, content: '已致电。' };
      if (!a.firstContactAt)
        moves.push([
          'first_contact',
          onAssignment(`${login}.handler`, o, a.id, 'first_contact', told),
        ]);
      if (a.kind === 'co') {
        const text = { text: '已办。' };
        moves.push([
          'submit_co_reply',
          onAssignment(`${login}.handler`, o, a.id, 'submit_co_reply', text),
        ]);
      } else if (a.firstContactAt) moves.push(['submit_reply', () => reply(o, a)]);
    }
    const units = o.assignments.filter((a) => a.round === o.round).map((a) => a.organization.id);
    if (units.length > 0 && next() < 0.15) {
      const input = { level: pick([2, 3]), organizationId: pick(units), demand: '限期办结。' };
      moves.push([
        'supervise',
        async () =>
          (await as('supervisor')).post(`/api/orders/${o.id}/supervisions`, input, {
            'idempotency-key': newKey(),
          }),
      ]);
    }
    if (o.state === 'pending_audit') {
      moves.push(
        next() < 0.7
          ? ['audit_pass', onOrder('auditor', o, 'audit_pass', { checklist: ['finding'] })]
          : [
              'audit_fail',
              onOrder('auditor', o, 'audit_fail', { missing: ['basis'], findings: '没有依据。' }),
            ],
      );
    }
    if (o.state === 'pending_callback') moves.push(['evaluate', callback(o)]);
    if (o.state === 'pending_close') {
      const again = { version: o.version, reason: '再办。' };
      moves.push([
        'redo',
        async () => (await as('supervisor')).post(`/api/orders/${o.id}/redo`, again),
      ]);
    }
    return moves;
  }

  /** One act that is legal, or was until somebody else came first. */
  async function step(): Promise<void> {
    const ids = orders.filter((id) => !closed.has(id));
    const versions = await versionsOf(ids);
    const living = await Promise.all(
      ids.map(async (id) => {
        const last = seen.get(id);
        const o = last?.version === versions.get(id) ? last! : await see(id);
        seen.set(id, o);
        return o;
      }),
    );
    for (const o of living) if (o.state === 'closed') closed.add(o.id);
    const open = living.filter((o) => o.state !== 'closed');
    const moves = (await Promise.all(open.map(movesOf))).flat();
    if (moves.length === 0 || (open.length < LIVING_MAX && next() < 0.2))
      moves.splice(0, moves.length, ['register', register]);
    const [name, act] = pick(moves);
    const { status, body } = await act();
    if (status >= 400 && ![403, 409].includes(status))
      throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
    const what = status < 300 ? name : `${name} ${body.code}`;
    done[what] = (done[what] ?? 0) + 1;
  }

  return { step, orders, done, next, pick, register };
}
