import { Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { DEMAND_TYPES, TEXT_MAX } from '../../../../src/contract.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { Captions } from './Captions.tsx';
import { CalmNote, EmergencyBand } from './Emergency.tsx';
import { isAcceptable, isPhone, type OperatorFields } from './form.ts';
import { MatterFields } from './MatterFields.tsx';
import { Parts } from './Parts.tsx';
import { mattersOf } from './sending.ts';
import type { Operator } from './useOperator.ts';
import { Words } from './Words.tsx';
import { carried } from './words.ts';

interface Props {
  desk: Operator;
  /** Opens the advice where it is a drawer. */
  opener: ReactNode;
}

/** 诉求原文 and what belongs to it; F9 registers. */
export function MatterForm({ desk, opener }: Props) {
  const { say } = useWords();
  const { draft, alarm, advised, calls } = desk;
  const { value, set } = draft;
  const urgent = alarm !== null || value.handed.length > 0;
  const write = (content: string) => set({ content, parts: goOn(value, content) });
  return (
    <form
      className={urgent ? 'matter urgent' : 'matter'}
      onSubmit={(event) => event.preventDefault()}
    >
      {alarm && <EmergencyBand desk={desk} alarm={alarm} />}
      <CalmNote desk={desk} />
      {calls.talking?.said && (
        <Captions call={calls.talking} content={value.content} onTake={write} />
      )}
      <div className="types">
        <h2 id="words-label">{say('operator.words')}</h2>
        {!urgent && !value.parts && (
          <div data-at="type">
            <Choice
              hideLabel
              look="s"
              label={say('field.type')}
              value={value.type}
              onChange={(type) => set({ type })}
              options={DEMAND_TYPES.map((type) => ({ value: type, label: say(`type.${type}`) }))}
            />
          </div>
        )}
        <span className="saved xs mut">
          {draft.savedAt !== undefined && say('form.draft', { time: hourText(draft.savedAt) })}
        </span>
        {opener}
      </div>
      <section className="write" aria-labelledby="words-label">
        <Words
          handle={desk.words}
          label={say('operator.words')}
          value={value.content}
          onChange={write}
          spans={advised.advice?.understanding.spans ?? []}
          spansOf={advised.of}
          large={urgent}
        />
        {!urgent && <Ask desk={desk} />}
      </section>
      {value.asked !== undefined && <NoSubstance desk={desk} />}
      {value.answer !== undefined && value.asked === undefined && <Answer desk={desk} />}
      {value.parts && !urgent && <Parts desk={desk} />}
      {value.asked === undefined && <MatterFields desk={desk} urgent={urgent} />}
      <div className="matter-problem">
        <ProblemNotice problem={desk.registration.problem} written={value.content} />
      </div>
      <SendBar desk={desk} locked={alarm !== null && value.handed.length === 0} />
    </form>
  );
}

/** Who goes on speaking after the words were split speaks of one of the parts, or the split is off. */
function goOn({ parts, content }: OperatorFields, now: string): OperatorFields['parts'] {
  const words =
    parts &&
    carried(
      parts.map((part) => part.content),
      content,
      now,
    );
  return words ? parts?.map((part, i) => ({ ...part, content: words[i]! })) : undefined;
}

const ASK_MAX = 3;
/** 可以追问: what would be missing to work on it. */
function Ask({ desk: { advised, draft } }: { desk: Operator }) {
  const { say } = useWords();
  const { understanding } = advised.advice ?? {};
  if (!understanding) return null;
  const missing = new Set(understanding.proposal.missing ?? []);
  if (draft.value.address) missing.delete('address');
  if (draft.value.occurred) missing.delete('occurred');
  if (draft.value.phone) missing.delete('contact');
  if (missing.size === 0) return null;
  return (
    <p className="ask-more">
      <span className="tag">{say('advice.ask')}</span>
      {[...missing].slice(0, ASK_MAX).map((item) => (
        <span key={item}>{say(`missing.ask.${item}`)}</span>
      ))}
    </p>
  );
}

/** What stands in the way of registering now, and where it is mended. */
interface Fault {
  at: 'words' | 'type' | 'answer' | 'asked' | 'calm' | 'phone' | 'part' | 'alarm';
  text: string;
}
function useFaults({ value }: Operator['draft'], locked: boolean): Fault[] {
  const { say } = useWords();
  const answering = value.answer !== undefined && value.asked === undefined;
  const partEmpty = value.parts?.some((part) => !part.content.trim()) ?? false;
  const phoneWrong = value.phone.trim() !== '' && !isPhone(value.phone);
  const all: (Fault & { stands: boolean })[] = [
    { at: 'alarm', stands: locked, text: say('call.locked') },
    { at: 'words', stands: !value.content.trim(), text: say('operator.need_words') },
    { at: 'phone', stands: phoneWrong, text: say('field.phone_wrong') },
    { at: 'part', stands: partEmpty, text: say('call.part_empty') },
    { at: 'calm', stands: value.calm?.reason.trim() === '', text: say('call.calm_missing') },
    { at: 'asked', stands: value.asked?.trim() === '', text: say('call.asked_missing') },
    { at: 'type', stands: answering && !value.type, text: say('operator.need_type') },
    { at: 'answer', stands: answering && !value.answer?.trim(), text: say('operator.need_answer') },
  ];
  return all.filter((fault) => fault.stands);
}

/** Puts the cursor where the first thing is missing. */
function goTo({ at }: Fault, desk: Operator): void {
  const field = document.querySelector<HTMLElement>(
    `[data-at="${at}"] :is(input, textarea), input[data-at="${at}"]`,
  );
  if (field) field.focus();
  else desk.words.current?.focus();
}

/** The title in sight is the one it gets; the same words sent again, after whatever came between, keep it. */
function withShownTitle({ draft, advised }: Operator): OperatorFields {
  const f = draft.value;
  if (f.title || f.parts || f.asked !== undefined) return f;
  if (f.sentTitle?.of === f.content) return { ...f, title: f.sentTitle.title };
  const fresh = advised.of === f.content && advised.state !== 'none';
  const title = (fresh && advised.advice?.title) || '';
  draft.set({ sentTitle: { of: f.content, title } });
  return { ...f, title };
}

/** One primary button, and what it will do. */
function SendBar({ desk, locked }: { desk: Operator; locked: boolean }) {
  const { say } = useWords();
  const { draft, registration, alarm } = desk;
  const { value, set } = draft;
  const [triedOf, setTriedOf] = useState<string>();
  const faults = useFaults(draft, locked);
  const refused = triedOf === draft.key && faults.length > 0;
  const answering = value.answer !== undefined;
  const urgent = alarm !== null || value.handed.length > 0;
  const send = () => {
    if (registration.busy) return;
    if (faults.length === 0) return registration.submit(urgent ? value : withShownTitle(desk));
    setTriedOf(draft.key);
    if (!locked) goTo(faults[0]!, desk);
  };
  const stays = staysHere(desk);
  const toggleAnswer = () => set({ answer: answering ? undefined : '', asked: undefined });
  const off = urgent || value.parts !== undefined;
  useKeys([
    { keys: 'F9', label: 'keys.register', run: send },
    { keys: 'F10', label: 'keys.answer', run: toggleAnswer, off },
  ]);
  return (
    <div className="bar">
      <KeyButton
        type="primary"
        size="large"
        keys="F9"
        disabled={locked}
        loading={registration.busy}
        onClick={send}
      >
        {say(urgent ? 'call.submit_record' : submitText(value, stays), {
          n: value.parts?.length ?? 1,
        })}
      </KeyButton>
      {!off && (
        <KeyButton size="large" keys="F10" aria-pressed={answering} onClick={toggleAnswer}>
          {say(answering ? 'operator.no_answer' : 'act.direct_answer')}
        </KeyButton>
      )}
      <span
        className={refused ? 'form-state stop' : 'form-state xs mut'}
        role={refused ? 'alert' : 'status'}
      >
        {faults.length > 0
          ? faults.map((fault) => fault.text).join('　')
          : say(afterText(value, stays))}
      </span>
      {locked && alarm && (
        <KeyButton
          type="text"
          size="large"
          keys="Esc"
          onClick={() => set({ calm: { kind: alarm.kind, reason: '' }, alarm: undefined })}
        >
          {say('call.not_emergency')}
        </KeyButton>
      )}
    </div>
  );
}

/** Whether the centre answers this class itself: no unit gets it, and nothing may say so. */
function staysHere({ draft: { value }, advised }: Operator): boolean {
  const steps = advised.advice?.routing?.steps ?? [];
  const mine = steps.some(({ facts }) => facts.category === value.categoryCode);
  return mine && steps.some(({ code }) => code === 'answer_directly');
}

const submitText = (f: OperatorFields, stays: boolean) => {
  if (f.handed.length > 0) return 'call.submit_record';
  if (f.parts) return 'call.submit_parts';
  if (f.asked !== undefined) return 'call.submit_close';
  if (f.answer !== undefined) return 'operator.submit_answer';
  if (!isAcceptable(f)) return 'act.register';
  return stays ? 'operator.submit_accept' : 'operator.submit_dispatch';
};
const afterText = (f: OperatorFields, stays: boolean) => {
  if (f.handed.length > 0) return 'call.after_record';
  if (f.asked !== undefined) return 'call.after_close';
  if (f.answer !== undefined) return 'operator.after_answer';
  if (!mattersOf(f).every(isAcceptable)) return 'operator.after_register';
  return stays && !f.parts ? 'operator.after_accept' : 'operator.after_dispatch';
};

function Answer({ desk: { draft } }: { desk: Operator }) {
  const { say } = useWords();
  return (
    <div className="wide answer" data-at="answer">
      <Field required label={say('field.answer')} hint={say('field.public_hint')}>
        <Input.TextArea
          autoFocus
          autoSize={{ minRows: 3, maxRows: 10 }}
          maxLength={TEXT_MAX.long}
          value={draft.value.answer ?? ''}
          onChange={(e) => draft.set({ answer: e.target.value })}
        />
      </Field>
    </div>
  );
}

/** Asked once what it is about; nothing came. */
function NoSubstance({ desk: { draft } }: { desk: Operator }) {
  const { say } = useWords();
  return (
    <div className="wide answer" data-at="asked">
      <Field required label={say('call.asked')} hint={say('call.asked_hint')}>
        <Input
          autoFocus
          maxLength={TEXT_MAX.short}
          value={draft.value.asked ?? ''}
          onChange={(e) => draft.set({ asked: e.target.value })}
        />
      </Field>
      <Field label={say('call.asked_answer')}>
        <Input
          maxLength={TEXT_MAX.short}
          value={draft.value.answer ?? ''}
          onChange={(e) => draft.set({ answer: e.target.value })}
        />
      </Field>
      <button
        type="button"
        className="link-button sm"
        onClick={() => draft.set({ asked: undefined, answer: undefined })}
      >
        {say('call.asked_undo')}
      </button>
    </div>
  );
}
