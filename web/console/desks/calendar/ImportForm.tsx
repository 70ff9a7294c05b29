import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useClockNow } from '../../data/clock.ts';
import { isUnreadable, readHolidays } from '../../lib/calendar-input.ts';
import { useWords } from '../../lib/text.ts';
import { dateText } from '../../lib/time.ts';
import { Field } from '../../parts/Field.tsx';
import type { ChangeFormProps } from './ChangePanel.tsx';
import { FormFrame } from './FormFrame.tsx';

/** A year's notice: the JSON of holiday-cn, pasted or from a file, read here before it is sent. */
export function ImportForm(props: ChangeFormProps) {
  const { say } = useWords();
  const file = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [source, setSource] = useState('');
  const read = readHolidays(text);
  const good = isUnreadable(read) ? null : read;
  const from = source.trim() || good?.source || '';
  const place = isUnreadable(read) ? (read.place ?? '') : '';
  const why = isUnreadable(read) ? say(`import.wrong_${read.code}`, { n: place }) : undefined;
  const send = () =>
    good &&
    props.onPreview({
      change: 'import',
      input: { year: good.year, source: from, days: good.days },
    });
  return (
    <FormFrame {...props} wrong={!good || from === ''} onSubmit={send}>
      {(tried) => (
        <>
          <p className="sm sec">{say('import.what')}</p>
          <Field
            required
            label={say('import.text')}
            hint={say('import.hint')}
            wrong={text.trim() || tried ? why : undefined}
          >
            <Input.TextArea
              className="code-text"
              autoSize={{ minRows: 6, maxRows: 14 }}
              value={text}
              spellCheck={false}
              onChange={(e) => setText(e.target.value)}
            />
          </Field>
          <div className="row">
            <input
              ref={file}
              type="file"
              accept=".json,application/json"
              className="unseen"
              tabIndex={-1}
              aria-hidden="true"
              onChange={async (e) => {
                const chosen = e.target.files?.[0];
                if (chosen) setText(await chosen.text());
                e.target.value = '';
              }}
            />
            <Button size="small" onClick={() => file.current?.click()}>
              {say('import.file')}
            </Button>
            {good && <Found read={good} />}
          </div>
          <Field
            required
            label={say('change.source')}
            hint={say('import.source_hint')}
            wrong={tried && good && !from ? say('field.missing') : undefined}
          >
            <Input
              value={source}
              maxLength={200}
              placeholder={good?.source}
              onChange={(e) => setSource(e.target.value)}
            />
          </Field>
        </>
      )}
    </FormFrame>
  );
}

/** What was understood, before anything is sent. */
function Found({ read }: { read: Exclude<ReturnType<typeof readHolidays>, { code: string }> }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const dates = read.days.map((d) => d.date).toSorted();
  return (
    <span className="xs ok-t" role="status">
      ✓{' '}
      {say('import.found', {
        year: read.year,
        off: read.days.filter((d) => d.isOffDay).length,
        makeup: read.days.filter((d) => !d.isOffDay).length,
        from: dateText(dates[0] ?? '', now, language),
        to: dateText(dates.at(-1) ?? '', now, language),
      })}
    </span>
  );
}
