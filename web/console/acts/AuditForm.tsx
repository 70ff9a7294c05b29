import { useRef, useState } from 'react';
import { CHECKLIST, TEXT_MAX, type ChecklistItem } from '../../../src/contract.ts';
import type { OrderActInput, OrderDetail } from '../../../src/workorder/schema.ts';
import { useNow } from '../data/clock.ts';
import { tailOf, tellDone } from '../data/done.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { evidenceOf, type Evidence } from '../desks/audit/evidence.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';
import { stampText } from '../lib/time.ts';
import { TextField } from '../parts/TextField.tsx';
import { ActForm } from './ActForm.tsx';
import { useOrderAct, type ActProps } from './useOrderAct.ts';

/** `ok` holds, `bad` is missing, unset does not apply. */
type Mark = 'ok' | 'bad';
interface Fields {
  marks: Partial<Record<ChecklistItem, Mark>>;
  findings: string;
}

/** Keys of the twelve points, in their order. */
const POINT_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-', '='];

/** 审核: twelve points; one that is missing sends the reply back, with findings. */
export function AuditForm({ order, onDone }: ActProps & { order: OrderDetail }) {
  const { say } = useWords();
  const empty: Fields = { marks: {}, findings: '' };
  const draft = useDraft(useMe().userId, `audit.${order.id}.${order.round}`, empty);
  const { submit, busy, problem } = useOrderAct(order, draft, (result, input) => {
    const passes = input.act === 'audit_pass';
    tellDone(passes ? 'done.audit_pass' : 'done.audit_fail', { no: tailOf(order) });
    onDone?.(result);
  });
  const { marks, findings } = draft.value;
  const missing = CHECKLIST.filter((item) => marks[item] === 'bad');
  const passed = CHECKLIST.filter((item) => marks[item] === 'ok');
  const unseen = CHECKLIST.filter((item) => marks[item] === undefined);
  const fails = missing.length > 0;
  // Passing over what nobody looked at is asked once; every mark asks anew.
  const [asked, setAsked] = useState('');
  const asks = !fails && unseen.length > 0 && asked === unseen.join(' ');
  const words = useRef<HTMLDivElement>(null);
  const cycle = (item: ChecklistItem) => {
    const { [item]: mark, ...others } = marks;
    const next: Mark | undefined = mark === undefined ? 'ok' : mark === 'ok' ? 'bad' : undefined;
    draft.set({ marks: next ? { ...others, [item]: next } : others });
    if (next === 'bad' && !fails)
      requestAnimationFrame(() => words.current?.scrollIntoView({ block: 'nearest' }));
  };
  const act = (): OrderActInput =>
    fails
      ? { act: 'audit_fail', version: order.version, input: { missing, findings } }
      : {
          act: 'audit_pass',
          version: order.version,
          input: { checklist: passed, note: findings },
        };
  return (
    <ActForm
      danger={fails}
      submit={
        fails
          ? say('audit.fail', { n: missing.length })
          : say(asks ? 'audit.pass_anyway' : 'audit.pass')
      }
      keys="F9"
      missing={[
        ...(passed.length + missing.length === 0 ? [say('audit.no_mark')] : []),
        ...(fails && !findings.trim() ? [say('audit.findings')] : []),
      ]}
      busy={busy}
      problem={problem}
      written={findings}
      savedAt={draft.savedAt}
      onSubmit={() => {
        if (!fails && unseen.length > 0 && !asks) return setAsked(unseen.join(' '));
        submit(act());
      }}
    >
      {(tried) => (
        <>
          <p className="xs mut">{say('audit.rule')}</p>
          <Points order={order} marks={marks} onCycle={cycle} />
          <div ref={words} className="audit-words">
            <TextField
              required={fails}
              tried={tried}
              label={fails ? say('audit.findings') : say('audit.note')}
              hint={fails ? say('audit.findings_hint') : undefined}
              rows={[3, 10]}
              max={TEXT_MAX.content}
              value={findings}
              onChange={(value) => draft.set({ findings: value })}
            />
          </div>
          {asks && (
            <p className="note soon" role="alert">
              {say('audit.unseen', { n: unseen.length })}
            </p>
          )}
        </>
      )}
    </ActForm>
  );
}

interface PointsProps {
  order: OrderDetail;
  marks: Fields['marks'];
  onCycle: (item: ChecklistItem) => void;
}
function Points({ order, marks, onCycle }: PointsProps) {
  const { say } = useWords();
  const seen = evidence(order);
  useKeys(
    CHECKLIST.map((item, i) => ({
      keys: POINT_KEYS[i] ?? '',
      ...(i === 0 ? { shown: '1 – =' } : { quiet: true }),
      label: 'keys.point' as const,
      run: () => onCycle(item),
    })),
  );
  return (
    <ol className="points">
      {CHECKLIST.map((item, i) => (
        <li key={item}>
          <button
            type="button"
            className={`point ${marks[item] ?? 'unset'}`}
            onClick={() => onCycle(item)}
          >
            <kbd>{POINT_KEYS[i]}</kbd>
            <span className="grow">{say(`check.${item}`)}</span>
            <span className="verdict">{say(`audit.mark_${marks[item] ?? 'unset'}`)}</span>
          </button>
          <Seen evidence={seen[item]} order={order} />
        </li>
      ))}
    </ol>
  );
}

/** What is known of each point; nothing without a reply to judge. */
function evidence(order: OrderDetail): ReturnType<typeof evidenceOf> {
  const lead = order.assignments.find((a) => a.round === order.round && a.kind === 'lead');
  const reply = lead?.replies.findLast((r) => r.state !== 'draft' && r.kind === 'lead');
  return lead && reply ? evidenceOf(order, lead, reply) : {};
}

/** What the records say of a point. It is shown beside it and marks nothing by itself. */
function Seen({ evidence: found, order }: { evidence: Evidence | undefined; order: OrderDetail }) {
  const { say } = useWords();
  if (!found) return null;
  return (
    <p className={found.ok ? 'why tip' : 'why but'}>
      <span>{say(found.ok ? 'audit.evidence' : 'audit.look')}</span>
      <Fact evidence={found} order={order} />
    </p>
  );
}

function Fact({ evidence: found, order }: { evidence: Evidence; order: OrderDetail }) {
  const { say, name, list, language } = useWords();
  const now = useNow(60_000);
  const current = order.assignments.filter((a) => a.round === order.round);
  if (found.fact === 'contact') {
    const at = current.find((a) => a.kind === 'lead')?.firstContactAt;
    return <>{at ? stampText(at, now, language) : say('audit.contact_no')}</>;
  }
  if (found.fact === 'co' && !found.ok) {
    const open = current.filter((a) => a.kind === 'co' && !a.waived && a.submittedAt === null);
    return <>{say('audit.co_open', { units: list(open.map((a) => name(a.organization))) })}</>;
  }
  if (found.fact === 'co') return <>{say('audit.co_in', found.values)}</>;
  return <>{say(`audit.seen_${found.fact}`, found.values)}</>;
}
