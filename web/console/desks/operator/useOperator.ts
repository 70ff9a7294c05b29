/** What the whole desk shares: the form, the call, the advice, what was handed over, what was filed. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
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
  const done = (receipt: Receipt) => {
    aside.forget(draft.value);
    draft.clear();
    receipts.show(receipt);
  };
  const registration = useSubmit(registerAndGoOn, done, draft);
  const ending = useSubmit(endWithout, done, draft);
  const handing = useHanding(draft, words, usePassOn(calls));
  const alarm = receipts.shown
    ? null
    : alarmOf(advised.advice?.understanding.emergency, draft.value);
  useAlarmNoted(draft, alarm);
  const next = useCallback(
    (keep: Partial<OperatorFields> = {}) => {
      if (!receipts.shown && isDirty(draft.value)) aside.keep(draft.value);
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
  const waiting = aside.all.find((form) => mayStand(form.phone, calls)) ?? null;
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
    aside: waiting,
    restore: () => {
      if (!waiting) return;
      aside.swap(waiting, isDirty(draft.value) ? draft.value : null);
      draft.clear(waiting);
    },
    discard: () => waiting && aside.swap(waiting, null),
    next,
    words,
  };
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

/** Forms that were put away before they were registered: kept in this tab, also through a reload. */
function useAside(userId: string) {
  const name = asideOf(userId);
  const [all, setAll] = useState(() => readStored<OperatorFields[]>('sessionStorage', name) ?? []);
  return useMemo(() => {
    const store = (next: OperatorFields[]) => {
      writeStored('sessionStorage', name, next.length > 0 ? next : undefined);
      setAll(next);
    };
    return {
      all,
      keep: (form: OperatorFields) => store([form, ...all].slice(0, ASIDE_MAX)),
      /** Of who has an order now, an earlier beginning is no longer wanted. */
      forget: (done: OperatorFields) =>
        store(all.filter((one) => one.phone !== done.phone || one.contactId !== done.contactId)),
      swap: (taken: OperatorFields, put: OperatorFields | null) =>
        store([...(put ? [put] : []), ...all.filter((one) => one !== taken)]),
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
      putAway: () => keep(kept && !kept.away ? { ...kept, away: true } : kept),
      bringBack: () => keep(kept && { ...kept, away: false }),
    };
  }, [name, kept]);
}
