/** What messages say to citizens: the answer to their demand, and answers to what they wrote. */
import { requestersOf } from '../intake/index.ts';
import { cityDay } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { orderNoText } from '../kernel/ids.ts';
import { translate } from '../kernel/i18n/index.ts';
import type { TextKey } from '../kernel/i18n/index.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { citizenOrder, findOrder, ordersOfCaller } from '../workorder/index.ts';
import type { CitizenOrder, OrderRow } from '../workorder/index.ts';
import { isOpen } from './rules.ts';
import type { SmsAnswer } from './rules.ts';
import { smsPolicyOf } from './sms-policy.ts';
import * as store from './sms.store.ts';

const cut = (text: string, max: number): string =>
  [...text].length <= max ? text : `${[...text].slice(0, max - 1).join('')}…`;

/**
 * The public answer that counts, as far as a message holds; of a confidential demand only that there
 * is one. '' where there is none any more.
 */
export async function answerText(deps: Deps, order: OrderRow): Promise<string> {
  const actor = { kind: 'citizen', orderId: order.id, how: 'submission' } as const;
  const seen = await citizenOrder(deps.db, actor, order.id);
  const text = publicAnswer(seen);
  if (text === '') return '';
  if (order.confidential || order.anonymous) return translate('zh-CN', 'notice.answer_on_page');
  return cut(text, (await smsPolicyOf(deps.db)).answerMax);
}

const OVER: readonly string[] = ['pending_callback', 'pending_close', 'closed', 'archived'];

function publicAnswer(o: CitizenOrder): string {
  if (!OVER.includes(o.state)) return '';
  const rejected = o.steps.findLast((s) => s.act === 'reject')?.texts.map((t) => t.body);
  if (o.closingType === 'rejected') return (rejected ?? []).join('\n');
  const direct = o.steps.findLast((s) => s.act === 'direct_answer')?.texts.map((t) => t.body);
  return o.answers.at(-1)?.publicVersion ?? (direct ?? []).join('\n');
}

/** Orders named in one answer. */
const PROGRESS_MAX = 3;

/** Orders of a number that it may ask about: its newest open ones, or those that end as it said. */
export async function ordersAsked(
  db: Reader,
  requesterIds: readonly string[],
  tail: string,
): Promise<OrderRow[]> {
  if (tail) return ordersOfCaller(db, requesterIds, { tail, limit: PROGRESS_MAX });
  const newest = await ordersOfCaller(db, requesterIds, { limit: 20 });
  return newest.filter((o) => isOpen(o.state)).slice(0, PROGRESS_MAX);
}

/** State → words of the page that the citizen knows it by. */
const NOW: Partial<Record<OrderRow['state'], TextKey>> = {
  registered: 'citizen.now.received',
  pending_dispatch: 'citizen.now.received',
  in_conference: 'citizen.now.received',
  awaiting_supplement: 'citizen.now.wants_more',
  dispatched: 'citizen.now.sent',
  in_progress: 'citizen.now.doing',
  suspended: 'citizen.now.waits',
  pending_audit: 'citizen.now.checking',
  pending_callback: 'citizen.now.answered',
  pending_close: 'citizen.now.ending',
  merged: 'citizen.now.merged',
};

/** One order in a line: number's end, where it stands, with whom, until when. No word of what it is about. */
async function progressLine(deps: Deps, order: OrderRow): Promise<string> {
  const actor = { kind: 'citizen', orderId: order.id, how: 'caller_number' } as const;
  const seen = await citizenOrder(deps.db, actor, order.id);
  const now = NOW[order.state] ?? (order.transfer_target ? 'citizen.now.moved_to' : `citizen.end.${order.closing_type ?? 'answered'}`); // prettier-ignore
  return translate('zh-CN', 'notice.sms_progress_line', {
    tail: order.order_no.slice(-4),
    now: translate('zh-CN', now, { target: order.transfer_target ?? '' }),
    unit: seen.leadName
      ? translate('zh-CN', 'notice.sms_progress_unit', { unit: seen.leadName })
      : '',
    by: seen.replyBy
      ? translate('zh-CN', 'notice.sms_progress_by', { day: cityDay(seen.replyBy) })
      : '',
  });
}

/** Number and values of the answer to a message. @throws AppError `not_found`. */
export async function smsAnswer(
  deps: Deps,
  inboundId: string,
  kind: string,
): Promise<{ to: string; kind: SmsAnswer; values: Record<string, string | number> }> {
  const row = (await store.findInbound(deps.db, inboundId)) ?? fail('not_found');
  // Past its days nobody is answered any more.
  const to = deps.crypto.open(row.from_ct ?? fail('not_found'), `${row.id}/from`);
  const order = row.order_id ? await findOrder(deps.db, row.order_id) : null;
  const detail = row.result.split(' ')[1] ?? '';
  const lines =
    kind === 'sms_progress'
      ? await Promise.all(
          (await ordersAsked(deps.db, await requestersOf(deps, to), detail)).map((o) =>
            progressLine(deps, o),
          ),
        )
      : [];
  const { words } = await smsPolicyOf(deps.db);
  // A digit that was taken for an answer, or could have been one, may have been meant to rate.
  const points = detail && ['sms_supplemented', 'sms_which'].includes(kind);
  const values = {
    tail: order?.order_no.slice(-4) ?? '',
    orderNo: order ? orderNoText(order.order_no) : '',
    n: detail,
    rate: points ? translate('zh-CN', 'notice.sms_rate_so', { n: detail }) : '',
    anew: words.anew[0]!,
    target: order?.emergency ?? '110',
    lines: lines.join('\n'),
    url: `${deps.publicUrl}/track`,
  };
  return { to, kind: kind as SmsAnswer, values };
}
