import { useState, type ReactNode } from 'react';
import { AskSupplementForm } from '../../acts/AskSupplementForm.tsx';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { NoteForm } from '../../acts/TextForms.tsx';
import { tailOf, tellDone } from '../../data/done.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Stamp } from '../../parts/Marks.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Replies } from '../../parts/Replies.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { TabRow, type TabItem } from '../../parts/Tabs.tsx';
import type { WorkProps } from './AssignmentPage.tsx';
import { CoReplyForm } from './CoReplyForm.tsx';
import { FirstContactForm } from './FirstContactForm.tsx';
import { ProgressForm } from './ProgressForm.tsx';
import { isReachable, returnedReply } from './returned.ts';
import { ReplyForm } from './ReplyForm.tsx';
import { signAssignment } from './sign.ts';
import { SignedPanel } from './SignedPanel.tsx';

type Tab =
  | 'sign'
  | 'signed'
  | 'first_contact'
  | 'reply'
  | 'co_reply'
  | 'progress'
  | 'note'
  | 'ask_supplement'
  | 'replies';
/** The letter behind Alt, or alone outside of text fields. */
const LETTERS = {
  first_contact: 'C',
  reply: 'R',
  co_reply: 'R',
  progress: 'P',
  note: 'B',
  ask_supplement: 'Q',
} as const satisfies Partial<Record<Tab, string>>;
const hasLetter = (tab: Tab): tab is keyof typeof LETTERS => tab in LETTERS;

interface Props extends WorkProps {
  right: ReactNode;
}
/** The one next step stands open; the other acts are one key away. */
export function AssignmentWork({ order, assignment, right }: Props) {
  const { say } = useWords();
  const tabs = useTabs({ order, assignment });
  const [wanted, choose] = useState<Tab>();
  const tab = tabs.find((t) => t === wanted) ?? tabs[0] ?? 'replies';
  useKeys(
    tabs.filter(hasLetter).map((t) => ({
      keys: LETTERS[t],
      label: `keys.tab_${t}` as const,
      run: () => {
        choose(t);
        requestAnimationFrame(focusFirstField);
      },
    })),
  );
  const items: TabItem<Tab>[] = tabs.map((t) => ({
    id: t,
    label: say(`tab.${t}`),
    note: noteOf(t, say),
  }));
  return (
    <>
      <TabRow<Tab>
        label={say('assignment.acts')}
        tabs={items}
        current={tab}
        onChange={choose}
        panel="work-panel"
        right={right}
      />
      <div
        id="work-panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab}`}
        className={tab === 'note' ? 'work hatch' : 'work'}
      >
        <Panel tab={tab} order={order} assignment={assignment} onNext={() => choose(undefined)} />
      </div>
    </>
  );
}

/** A key opens the tab to write in it: what is typed next belongs into the field. */
function focusFirstField(): void {
  document
    .querySelector<HTMLElement>('#work-panel :is(textarea, input:not([type=file])):enabled')
    ?.focus();
}

const noteOf = (tab: Tab, say: ReturnType<typeof useWords>['say']) =>
  tab === 'reply' ? say('tab.public') : tab === 'note' ? say('tab.internal') : undefined;

/** The tabs of this viewer, the next step first. */
function useTabs({ order, assignment }: WorkProps): Tab[] {
  const { allowed, firstContactAt, kind } = assignment;
  const replyFirst = returnedReply(order, assignment) !== undefined || !isReachable(order);
  const mayReply = allowed.includes('draft_reply') || allowed.includes('submit_reply');
  const can = (act: (typeof allowed)[number]) => allowed.includes(act);
  const me = useMe();
  const tabs: Tab[] = [];
  if (can('sign')) tabs.push('sign');
  if (mayReply && replyFirst) tabs.push('reply');
  if (can('first_contact') && !firstContactAt && kind === 'lead') tabs.push('first_contact');
  if (mayReply && !replyFirst) tabs.push('reply');
  if (can('submit_co_reply')) tabs.push('co_reply');
  if (can('progress')) tabs.push('progress');
  if (can('first_contact') && !tabs.includes('first_contact')) tabs.push('first_contact');
  if (order.allowed.includes('note')) tabs.push('note');
  if (order.allowed.includes('ask_supplement') && kind === 'lead') tabs.push('ask_supplement');
  if (order.assignments.some((a) => a.replies.length > 0)) tabs.push('replies');
  // Reading comes first where nothing is to be done.
  const nothing = !tabs.some((t) => t !== 'note' && t !== 'replies');
  if (!nothing) return tabs;
  // Who signs and writes nothing goes on to what is not signed yet.
  return holds(me, 'unit_receiver') && assignment.state === 'signed'
    ? ['signed', ...tabs.reverse()]
    : tabs.reverse();
}

interface PanelProps extends WorkProps {
  tab: Tab;
  onNext: () => void;
}
function Panel({ tab, order, assignment, onNext }: PanelProps) {
  const { say } = useWords();
  const props = { order, assignment, onDone: onNext };
  if (tab === 'sign') return <Sign order={order} assignment={assignment} />;
  if (tab === 'signed') return <SignedPanel assignment={assignment} />;
  if (tab === 'first_contact') return <FirstContactForm {...props} />;
  if (tab === 'reply') return <ReplyForm order={order} assignment={assignment} />;
  if (tab === 'co_reply') return <CoReplyForm {...props} />;
  if (tab === 'progress') return <ProgressForm {...props} />;
  if (tab === 'ask_supplement') return <AskSupplementForm order={order} onDone={onNext} />;
  if (tab === 'note')
    return (
      <>
        <InternalNotes order={order} />
        <NoteForm order={order} onDone={onNext} />
      </>
    );
  if (order.assignments.some((a) => a.replies.length > 0)) {
    return (
      <div className="wide">
        <Replies order={order} />
      </div>
    );
  }
  return (
    <EmptyState title={say('assignment.nothing', { state: say(`assignment.${assignment.state}`) })}>
      {say('assignment.nothing_next')}
    </EmptyState>
  );
}

/** What colleagues wrote for each other, the newest first; the citizen reads none of it. */
function InternalNotes({ order }: { order: OrderDetail }) {
  const notes = order.timeline
    .filter((item) => item.act === 'note' && item.texts.some((t) => t.visibility !== 'public'))
    .toReversed();
  if (notes.length === 0) return null;
  return (
    <ul className="internal-notes sm">
      {notes.map((note) => (
        <li key={note.id}>
          <span className="mut nb">
            <Stamp at={note.at} /> {note.actorName}
          </span>
          <span>{note.texts.map((text) => text.body).join('　')}</span>
        </li>
      ))}
    </ul>
  );
}

/** 签收: whoever signs answers by name. */
function Sign({ order, assignment }: WorkProps) {
  const { say } = useWords();
  const target = { assignmentId: assignment.id, orderId: order.id, version: order.version };
  const { submit, busy, problem } = useSubmit(
    (_: void, key) => signAssignment(target, key),
    () => tellDone('done.signed', { no: tailOf(order) }),
  );
  useKeys([{ keys: 'S', label: 'keys.sign', run: () => submit() }]);
  return (
    <>
      <div className="wide">
        <p className="sec">{say('assignment.sign_what')}</p>
        <ProblemNotice problem={problem} wrote={false} />
      </div>
      <div className="bar">
        <KeyButton type="primary" size="large" keys="S" loading={busy} onClick={() => submit()}>
          {say('act.sign')}
        </KeyButton>
      </div>
    </>
  );
}
