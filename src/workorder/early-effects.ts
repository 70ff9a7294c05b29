/** What acts do that come before an answer: taking apart, asking, handing over, setting right. */
import { checkCodes, wrongCodes } from '../catalogue/index.ts';
import { fail } from '../kernel/errors.ts';
import { isSecret } from '../kernel/words.ts';
import { cancelOpen, learn, refuseInput, text } from './effect.ts';
import type { Context, OrderEffect, SplitOff } from './effect.ts';
import { isUnit } from './lifecycle.ts';
import type { OrderState } from './lifecycle.ts';
import { createMany, titleOf } from './register.ts';
import type { Incoming } from './register.ts';
import * as store from './store.ts';
import type { OrderRow } from './store.ts';

/** Transfer first, record after: the hand-over may have been made before there was an order. */
export const transferEmergency: OrderEffect<'transfer_emergency'> = async (c, i) => {
  if (!i.handoverId && i.record === '') refuseInput('record', 'required');
  return {
    events: await cancelOpen(c),
    set: {
      emergency: null,
      transfer_target: i.target,
      // What goes to an emergency line is of the first urgency, unless a person said otherwise.
      ...(c.order.urgency === null && { urgency: 'U1' as const }),
    },
    detail: { target: i.target, ...(i.handoverId && { handoverId: i.handoverId }) },
    texts: text('handover_record', 'staff', i.record),
  };
};

export const receipt: OrderEffect<'receipt'> = async (c, i) => ({
  detail: { target: c.order.transfer_target },
  texts: [...text('receipt_no', 'staff', i.receiptNo), ...text('receipt_note', 'staff', i.note)],
});

/** The parts come in with the same contact and requester, as words of their own; nothing said is lost. */
export const split: OrderEffect<'split'> = async (c, i) => {
  await checkParts(c, i.parts);
  const before = await store.wordsOf(c.tx.db, c.order.id);
  await createMany(
    c.tx,
    i.parts.map((p) => partOf(c, p, before)),
  );
  await store.setWords(c.tx.db, c.order.id, {
    content: i.kept.content,
    title: titleOf(i.kept),
  });
  return {
    detail: { parts: i.parts.map((p) => p.id) },
    texts: [
      ...text('original_title', 'center', before.title),
      ...text('original_words', 'center', before.content),
    ],
  };
};

/** @throws AppError `invalid_input` that names the part with an unknown code. */
async function checkParts(c: Context, parts: readonly SplitOff[]): Promise<void> {
  const wrong = await wrongCodes(
    c.tx.db,
    parts.map((p) => p.matter),
  );
  const issues = wrong.flatMap((of, n) => of.map((x) => ({ ...x, path: `parts.${n}.${x.path}` })));
  if (issues.length > 0) fail('invalid_input', { issues });
}

/** Where a part says no place or time of its own, those of the whole hold. */
function partOf(c: Context, p: SplitOff, before: { address: string; occurred: string }): Incoming {
  const { order } = c;
  return {
    id: p.id,
    actor: c.actor,
    capacity: c.capacity,
    draft: {
      matter: {
        ...p.matter,
        address: p.matter.address || before.address,
        areaCode: p.matter.areaCode ?? order.area_code ?? undefined,
        occurred: before.occurred,
        subjectName: '',
        // What is to be kept secret of the whole is to be kept secret of each part.
        confidential: order.confidential || p.matter.confidential === true,
        wishCallback: order.wish_callback,
        wishPublic: order.wish_public,
      },
      channel: order.channel,
      contactId: order.contact_id,
      requesterId: order.requester_id,
      anonymous: order.anonymous,
      flags: p.flags,
      emergency: p.emergency,
      splitFrom: order.id,
    },
  };
}

/** Asking stops the unit's clocks: a unit does it once a round. */
export const askSupplement: OrderEffect<'ask_supplement'> = async (c, i) => {
  const { order, capacity, tx } = c;
  if (isUnit(capacity.party) && (await store.unitAsked(tx.db, order.id, order.round)))
    fail('supplement_limit');
  return {
    set: { supplement_from: order.state },
    detail: { missing: [...new Set(i.missing)] },
    texts: text('question', 'public', i.question),
  };
};

/** An area is filled in only where none was known; an earlier address is kept beside the new one. */
export const supplement: OrderEffect<'supplement'> = async (c, i) => {
  const { order, tx } = c;
  if (i.areaCode) await checkCodes(tx.db, { areaCode: i.areaCode });
  const areaCode = order.area_code === null ? i.areaCode : undefined;
  const { address: before } = await store.wordsOf(tx.db, order.id);
  const moved = i.address !== '' && i.address !== before;
  if (moved) await store.setWords(tx.db, order.id, { address: i.address });
  return {
    to: originOf(order),
    ...(areaCode && { set: { area_code: areaCode } }),
    detail: { ...(moved && { address: true }), ...(areaCode && { areaCode }) },
    texts: [
      ...text('supplement', 'public', i.text),
      ...(moved ? text('original_address', 'center', before) : []),
    ],
    attachments: { ids: i.attachmentIds ?? [], visibility: 'public', fromRequester: true },
  };
};

const originOf = (order: OrderRow): OrderState => order.supplement_from ?? fail('state_conflict');

/** A unit goes on with what it has; before a unit had it, nothing can be done with it. */
export const expireSupplement: OrderEffect<'expire_supplement'> = async (c) => ({
  to: originOf(c.order) === 'in_progress' ? 'in_progress' : 'closed',
});

export const closeNoSubstance: OrderEffect<'close_no_substance'> = async (_c, i) => ({
  texts: [...text('asked', 'staff', i.asked), ...text('caller_answer', 'staff', i.answer)],
});

/**
 * Puts marks on and takes them off. Taking `emergency` off says that it is none, with the reason;
 * putting it on is the system's alone, which heard it in later words: whoever else hears of an
 * emergency hands it over (`transfer_emergency`).
 */
export const setFlags: OrderEffect<'set_flags'> = async (c, i) => {
  const { order } = c;
  if (i.add.includes('emergency') && !i.emergency) refuseInput('add', 'transfer_emergency');
  if (i.add.some((f) => i.remove.includes(f))) refuseInput('remove', 'also_added');
  const add = [...new Set(i.add)].filter((f) => !order.flags.includes(f));
  const remove = [...new Set(i.remove)].filter((f) => order.flags.includes(f));
  if (add.length + remove.length === 0) fail('already_done');
  const flags = [...order.flags.filter((f) => !remove.includes(f)), ...add];
  // Whoever reports from inside stays unknown as long as the mark says so.
  if (remove.includes('confidential') && flags.includes('whistleblower'))
    refuseInput('remove', 'whistleblower');
  await learn(c, { flags });
  return {
    set: {
      flags,
      ...([...add, ...remove].some(isSecret) && { confidential: flags.some(isSecret) }),
      ...(remove.includes('emergency') && { emergency: null }),
      // Further on the mark says it: only at the door does the line hold the order back.
      ...(i.emergency && order.state === 'registered' && { emergency: i.emergency }),
    },
    detail: { add, remove },
    texts: text('reason', 'center', i.reason),
  };
};

/** States in which a unit works by limits that were given with the urgency. */
const WITH_UNIT: readonly (OrderState | null)[] = ['dispatched', 'in_progress', 'suspended'];

/** Sets codes and title right. Clocks that run keep the limit they were started with. */
export const correctClassification: OrderEffect<'correct_classification'> = async (c, i) => {
  const { order, tx } = c;
  const { title, reason, ...codes } = i;
  const was = {
    type: order.type,
    categoryCode: order.category_code,
    urgency: order.urgency,
    areaCode: order.area_code,
    subjectKind: order.subject_kind,
  };
  const keys = (Object.keys(was) as (keyof typeof was)[]).filter(
    (k) => codes[k] !== undefined && codes[k] !== was[k],
  );
  const { title: before } = await store.wordsOf(tx.db, order.id);
  const renamed = title !== '' && title !== before;
  if (keys.length === 0 && !renamed) fail('already_done');
  const at = order.state === 'awaiting_supplement' ? order.supplement_from : order.state;
  if (keys.includes('urgency') && WITH_UNIT.includes(at)) fail('not_urgent_after_dispatch');
  const next = { ...was, ...Object.fromEntries(keys.map((k) => [k, codes[k]])) } as typeof was;
  await checkCodes(tx.db, {
    ...(keys.includes('categoryCode') && { categoryCode: next.categoryCode! }),
    ...(keys.includes('areaCode') && { areaCode: next.areaCode! }),
  });
  if (renamed) await store.setWords(tx.db, order.id, { title });
  await learn(c, Object.fromEntries(keys.map((k) => [k, next[k]])));
  return {
    set: {
      type: next.type,
      category_code: next.categoryCode,
      urgency: next.urgency,
      area_code: next.areaCode,
      subject_kind: next.subjectKind,
    },
    detail: {
      changed: keys.map((k) => ({ field: k, from: was[k], to: next[k] })),
      ...(renamed && { title: true }),
    },
    texts: [
      ...text('reason', 'center', reason),
      ...(renamed ? text('original_title', 'center', before) : []),
    ],
  };
};
