/** Changing calendars: a form, then obligatorily what it would move, and only then publishing. */
import { Button } from 'antd';
import { useState } from 'react';
import type { CalendarChange, CalendarPreview } from '../../../../src/calendar/schema.ts';
import { previewCalendar, publishCalendar } from '../../data/clock-api.ts';
import { asProblem } from '../../data/problem.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { ExceptionsForm } from './ExceptionsForm.tsx';
import { HoursForm } from './HoursForm.tsx';
import { ImportForm } from './ImportForm.tsx';
import { PreviewView } from './PreviewView.tsx';

const KINDS = ['exceptions', 'import', 'hours'] as const;

interface Props {
  /** The date and unit in sight, which the forms begin with. */
  date: string;
  unit: string | undefined;
  year: number;
  onClose: () => void;
}

export interface ChangeFormProps extends Omit<Props, 'onClose'> {
  busy: boolean;
  problem: ReturnType<typeof asProblem>;
  onPreview: (change: CalendarChange) => void;
  /** Behind the preview: keeps what was typed, but no key reaches it. */
  asleep: boolean;
}

export function ChangePanel({ onClose, ...start }: Props) {
  const { say } = useWords();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('exceptions');
  const [seen, setSeen] = useState<{ change: CalendarChange; preview: CalendarPreview }>();
  const [done, setDone] = useState<CalendarPreview>();
  const previewing = useSubmit(previewCalendar, (preview, change) => setSeen({ change, preview }));
  const publishing = useSubmit(publishCalendar, (result) => {
    setSeen(undefined);
    setDone(result);
  });
  const back = () => {
    publishing.reset();
    setSeen(undefined);
  };
  useKeys([{ keys: 'Esc', label: 'keys.back', run: () => (seen ? back() : onClose()) }]);
  const form: ChangeFormProps = {
    ...start,
    busy: previewing.busy,
    problem: previewing.problem,
    onPreview: previewing.submit,
    asleep: seen !== undefined,
  };
  return (
    <>
      <div className="hd">
        <h2>{say(seen ? 'change.preview' : 'calendar.change')}</h2>
        <span className="r">
          <KeyButton size="small" type="text" keys="Esc" onClick={seen ? back : onClose}>
            {say(seen ? 'change.back' : 'common.put_away')}
          </KeyButton>
        </span>
      </div>
      {done && !seen && <Done preview={done} />}
      {/* The forms stay where they are, so that going back finds what was typed. */}
      <div key={done?.version ?? 0} hidden={seen !== undefined} className="change-forms">
        <div className="padx change-kind">
          <Choice
            hideLabel
            look="fill"
            label={say('change.kind')}
            value={kind}
            onChange={(next) => {
              previewing.reset();
              setKind(next);
            }}
            options={KINDS.map((value) => ({ value, label: say(`change.${value}`) }))}
          />
        </div>
        {kind === 'exceptions' && <ExceptionsForm {...form} />}
        {kind === 'import' && <ImportForm {...form} />}
        {kind === 'hours' && <HoursForm {...form} />}
      </div>
      {seen && (
        <>
          <PreviewView preview={seen.preview} />
          {publishing.problem && (
            <div className="act-problem">
              <ProblemNotice problem={publishing.problem} />
            </div>
          )}
          <Publish
            busy={publishing.busy}
            onBack={back}
            onPublish={() => publishing.submit(seen.change)}
          />
        </>
      )}
    </>
  );
}

interface PublishProps {
  busy: boolean;
  onBack: () => void;
  onPublish: () => void;
}

/** Another key, and another place, than the preview's: pressing twice must not publish. */
function Publish({ busy, onBack, onPublish }: PublishProps) {
  const { say } = useWords();
  useKeys([{ keys: 'Alt+Enter', label: 'keys.publish', run: () => !busy && onPublish() }]);
  return (
    <div className="bar">
      <Button size="large" onClick={onBack}>
        {say('change.back')}
      </Button>
      <KeyButton type="primary" size="large" keys="Alt+Enter" loading={busy} onClick={onPublish}>
        {say('change.publish')}
      </KeyButton>
      <span className="form-state xs mut">{say('change.publish_rule')}</span>
    </div>
  );
}

function Done({ preview }: { preview: CalendarPreview }) {
  const { say } = useWords();
  return (
    <div className="note ok" role="status">
      <b>{say('change.done', { n: preview.version ?? '' })}</b>
      <span>{say('change.done_moved', { days: preview.days.length, n: preview.moved })}</span>
    </div>
  );
}
