/** What the whole desk shares: the form, the call, the advice, what was handed over, what was filed. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ContactOutcome, EmergencyTarget } from '../../../../src/contract.ts';
import type { AdviseInput } from '../../../../src/intake/schema.ts';
import type { EmergencyGuess } from '../../../../src/understanding/schema.ts';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { handOver, useAdvice, type Advised } from '../../data/advise.ts';
import {
  commandCall,
  refreshCalls,
  useCalls,
  useSeat,
  type Calls,
  type DeskCall,
} from '../../data/calls.ts';
import { serverNow } from '../../data/clock.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit, type Submission } from '../../data/submit.ts';
import { useDraft, type DraftForm } from '../../lib/drafts.ts';
import { asideOf, readStored, receiptOf, writeStored } from '../../lib/storage.ts';
import {
  alarmOf,
  barePhone,
  EMPTY,
  isDirty,
  isPhone,
  SECRET,
  type OperatorFields,
} from './form.ts';
import { endWithout, registerAndGoOn, type Ending, type Receipt } from './sending.ts';
import type { WordsHandle } from './Words.tsx';

export interface Operator {
  draft: DraftForm<OperatorFields>;
  calls: Calls;
  advised: Advised;
  /** The emergency line the words call for, unless a person said that it is none. */
  alarm: EmergencyGuess | null;
  registration: Submission<OperatorFields>;
  ending: Submission<Ending>;
  /** Ends the contact without an order of its own. */
  endWith(outcome: ContactOutcome, order: OrderListItem | null): void;
  handing: Submission<EmergencyTarget>;
  receipts: Receipts;
  /** What was put away unregistered and may be taken up now: never somebody else's while one is on the line. */
  aside: OperatorFields | null;
  /** Takes that up; what stands in the form is put away for it. */
  restore(): void;
  /** It is not wanted any more. */
  discard(): void;
  next(keep?: Partial<OperatorFields>): void;
  words: React.RefObject<WordsHandle | null>;
}

export function useOperator(): Operator {
  const me = useMe();
  const draft = useDraft<OperatorFields>(me.userId, 'register', EMPTY, SECRET);
  const calls = useCalls();
  const receipts = useReceipts(me.userId);
  const aside = useAside(me.userId);
  const words = useRef<WordsHandle | null>(null);
  const advised = useAdvice(useQuestion(draft.value));
  const done = useDone(draft, receipts, aside);
  const registration = useSubmit(registerKeyed, done, draft);
  const ending = useSubmit(endKeyed, done, draft);
  const handing = useHanding(draft, words, usePassOn(calls));
  const alarm = receipts.shown
    ? null
    : alarmOf(advised.advice?.understanding.emergency, draft.value);
  useAlarmNoted(draft, alarm);
  const next = useCallback(
    (keep: Partial<OperatorFields> = {}) => {
      if (!receipts.shown && isDirty(draft.value)) aside.keep(putOf(draft));
      receipts.putAway();
      registration.reset();
      ending.reset();
      handing.reset();
      draft.clear(keep);
      words.current?.focus();
    },
    [draft, receipts, registration, ending, handing, aside],
  );
  useReceiptLeaves(calls, receipts);
  const waiting = aside.all.find(({ fields }) => mayStand(fields.phone, calls));
  return {
    draft,
    calls,
    advised,
    alarm,
    registration,
    ending,
    endWith: (outcome, order) => ending.submit({ outcome, order, fields: draft.value }),
    handing,
    receipts,
    aside: waiting?.fields ?? null,
    restore: () => {
      if (!waiting) return;
      aside.forget(waiting.key);
      if (isDirty(draft.value)) aside.keep(putOf(draft));
      const joined = joiningTalk(waiting.fields, calls);
      if (joined) draft.clear(joined);
      else draft.clear(waiting.fields, waiting.key);
    },
    discard: () => waiting && aside.forget(waiting.key),
    next,
    words,
  };
}

interface Sent {
  receipt: Receipt;
  /** Of the form that was sent. */
  key: string;
}
const keyed =
  <I>(send: (input: I, key: string) => Promise<Receipt>) =>
  async (input: I, key: string): Promise<Sent> => ({ receipt: await send(input, key), key });
const registerKeyed = keyed(registerAndGoOn);
const endKeyed = keyed(endWithout);

/** Key of the form at the desk: an answer may come to a desk that was left and opened anew since. */
const standing = { key: '' };

/** What was sent is done with; where the next caller's form stands here by now, that one is let be. */
function useDone(draft: DraftForm<OperatorFields>, receipts: Receipts, aside: Asides) {
  const { key } = draft;
  useLayoutEffect(() => {
    standing.key = key;
  }, [key]);
  return (sent: Sent) => {
    aside.forget(sent.key);
    if (sent.key !== standing.key) return receipts.keepAway(sent.receipt);
    draft.clear();
    receipts.show(sent.receipt);
  };
}

/**
 * The same number rang again: what is taken up while they talk joins the contact of this call. What
 * was handed over is recorded with the contact it was handed over in.
 * @returns null where the form stays the one it was.
 */
function joiningTalk(form: OperatorFields, { talking }: Calls): OperatorFields | null {
  const contactId = talking?.contactId;
  if (!contactId || form.contactId === contactId || form.handed.length > 0) return null;
  return { ...form, contactId, unnamed: true };
}

/** What the advice is asked about; with the number the caller's own orders are compared. */
function useQuestion(f: OperatorFields): AdviseInput {
  const { content, address, channel, phone, categoryCode, areaCode, subjectKind, type } = f;
  return useMemo(
    () => ({
      content,
      address,
      channel,
      ...(isPhone(phone) ? { phone: barePhone(phone) } : {}),
      ...(categoryCode ? { categoryCode } : {}),
      ...(areaCode ? { areaCode } : {}),
      ...(subjectKind ? { subjectKind } : {}),
      ...(type ? { type } : {}),
    }),
    [content, address, channel, phone, categoryCode, areaCode, subjectKind, type],
  );
}

/** Has the switch put an emergency line into the call, where there is a switch and a call. */
function usePassOn({ talking }: Calls): (target: EmergencyTarget) => Promise<void> {
  const { data: seat } = useSeat();
  return async (target) => {
    if (!talking || !seat?.commands) return;
    await commandCall(talking.id, { command: 'transfer', target });
    await refreshCalls();
  };
}

/** Hands the call over at once; what was typed follows when it is registered. */
function useHanding(
  draft: DraftForm<OperatorFields>,
  words: Operator['words'],
  passOn: (target: EmergencyTarget) => Promise<void>,
): Submission<EmergencyTarget> {
  const send = async (target: EmergencyTarget) => {
    const f = draft.value;
    const requester = {
      kind: f.kind,
      name: f.name.trim(),
      ...(isPhone(f.phone) ? { phone: barePhone(f.phone) } : {}),
    };
    const input = {
      target,
      channel: f.channel,
      requester,
      ...(f.contactId ? { contactId: f.contactId } : {}),
    };
    // One hand-over to each line for each form, however often the key is pressed.
    const made = await handOver(input, `${draft.key}-${target}`);
    await passOn(target);
    return made;
  };
  return useSubmit(send, (made) => {
    // What is asked now is answered into the words.
    words.current?.focus();
    const { handed } = draft.value;
    if (handed.some(({ id }) => id === made.id)) return;
    draft.set({
      contactId: made.contactId,
      unnamed: draft.value.contactId === undefined || draft.value.unnamed,
      handed: [...handed, { id: made.id, target: made.target, at: made.startedAt }],
      calm: undefined,
      parts: undefined,
    });
  });
}

/** Notes when the words first called for a line, and which words did. */
function useAlarmNoted(draft: DraftForm<OperatorFields>, alarm: EmergencyGuess | null): void {
  const { set, value } = draft;
  const noted = value.alarm !== undefined;
  useEffect(() => {
    if (alarm && !noted) set({ alarm: { at: serverNow(), because: alarm.because } });
  }, [alarm, noted, set]);
}

/** The call whose number the screen shows now. */
const onLine = ({ talking, ringing }: Calls): DeskCall | undefined => talking ?? ringing;

/** What belongs to this number may be seen now: nobody is on the line, or they themselves. */
export const mayStand = (phone: string, calls: Calls): boolean => {
  const call = onLine(calls);
  return call === undefined || (call.phone !== null && call.phone === barePhone(phone));
};

/** A receipt with its code leaves the screen as soon as somebody else rings. */
function useReceiptLeaves(calls: Calls, { shown, putAway }: Receipts): void {
  const rings = calls.talking ? undefined : calls.ringing?.id;
  const stands = !shown || mayStand(shown.requester.phone, calls);
  useEffect(() => {
    if (rings !== undefined && !stands) putAway();
  }, [rings, stands, putAway]);
}

/** Forms put away at most; the oldest goes first. */
const ASIDE_MAX = 3;

/** A form that was put away, with the key under which it may have been sent. */
interface Put {
  fields: OperatorFields;
  key: string;
}
const putOf = ({ value, key }: DraftForm<OperatorFields>): Put => ({ fields: value, key });

type Asides = ReturnType<typeof useAside>;

/** Forms that were put away before they were registered: kept in this tab, also through a reload. */
function useAside(userId: string) {
  const name = asideOf(userId);
  const [all, setAll] = useState(() =>
    // A tab that is older than this page kept forms without their keys.
    (readStored<Put[]>('sessionStorage', name) ?? []).filter((one) => 'fields' in one),
  );
  // Whoever was asked before the last change works on what stands here now.
  const now = useRef(all);
  return useMemo(() => {
    const store = (next: Put[]) => {
      now.current = next;
      writeStored('sessionStorage', name, next.length > 0 ? next : undefined);
      setAll(next);
    };
    const without = (key: string) => now.current.filter((one) => one.key !== key);
    return {
      all,
      keep: (put: Put) => store([put, ...without(put.key)].slice(0, ASIDE_MAX)),
      forget: (key: string) => {
        const left = without(key);
        if (left.length < now.current.length) store(left);
      },
    };
  }, [all, name]);
}

interface Kept {
  receipt: Receipt;
  away: boolean;
}
export interface Receipts {
  shown: Receipt | null;
  away: Receipt | null;
  show(receipt: Receipt): void;
  /** It came when somebody else's form stood here already. */
  keepAway(receipt: Receipt): void;
  putAway(): void;
  bringBack(): void;
}

/**
 * The last receipt. Its query code is told once, so it survives a refresh of this tab, and the next
 * call only puts it away.
 */
function useReceipts(userId: string): Receipts {
  const name = receiptOf(userId);
  const [kept, setKept] = useState(() => readStored<Kept>('sessionStorage', name) ?? null);
  return useMemo(() => {
    const keep = (next: Kept | null) => {
      writeStored('sessionStorage', name, next ?? undefined);
      setKept(next);
    };
    return {
      shown: kept && !kept.away ? kept.receipt : null,
      away: kept?.away ? kept.receipt : null,
      show: (receipt: Receipt) => keep({ receipt, away: false }),
      // One without an order has no code to lose.
      keepAway: (receipt: Receipt) => receipt.filed.length > 0 && keep({ receipt, away: true }),
      putAway: () => keep(kept && !kept.away ? { ...kept, away: true } : kept),
      bringBack: () => keep(kept && { ...kept, away: false }),
    };
  }, [name, kept]);
}
