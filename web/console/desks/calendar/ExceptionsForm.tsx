import { Input } from 'antd';
import { useState } from 'react';
import { DATES_MAX, datesBetween } from '../../lib/calendar-input.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ChangeFormProps } from './ChangePanel.tsx';
import { FormFrame } from './FormFrame.tsx';
import { PlacePicker } from './PlacePicker.tsx';

const KINDS = ['stop', 'off', 'makeup', 'regular'] as const;

/** Single dates: a typhoon stops work in a district, one unit works on a Saturday. */
export function ExceptionsForm(props: ChangeFormProps) {
  const { say } = useWords();
  const [value, setValue] = useState({
    organizationId: props.unit,
    kind: 'stop' as (typeof KINDS)[number],
    from: props.date,
    to: props.date,
    name: '',
    source: '',
  });
  const set = (part: Partial<typeof value>) => setValue((old) => ({ ...old, ...part }));
  const { organizationId, kind, from, to, name, source } = value;
  const dates = datesBetween(from, to);
  const missing = (text: string, tried: boolean) =>
    tried && !text.trim() ? say('field.missing') : undefined;
  const send = () =>
    dates &&
    props.onPreview({
      change: 'exceptions',
      input: {
        organizationId: organizationId ?? null,
        dates,
        kind,
        name: name.trim(),
        source: source.trim(),
      },
    });
  return (
    <FormFrame {...props} wrong={!dates || !name.trim() || !source.trim()} onSubmit={send}>
      {(tried) => (
        <>
          <Choice
            label={say('exceptions.kind')}
            look="wraps"
            value={kind}
            onChange={(next) => set({ kind: next })}
            options={KINDS.map((k) => ({ value: k, label: say(`exceptions.${k}`) }))}
          />
          <PlacePicker
            value={organizationId}
            onChange={(next) => set({ organizationId: next })}
            hint={say('exceptions.place_hint')}
          />
          <div className="form">
            <Field required width="w6" label={say('exceptions.from')}>
              <Input
                type="date"
                value={from}
                onChange={(e) =>
                  set({
                    from: e.target.value,
                    ...(to < e.target.value ? { to: e.target.value } : {}),
                  })
                }
              />
            </Field>
            <Field
              required
              width="w6"
              label={say('exceptions.to')}
              hint={dates ? say('exceptions.n_dates', { n: dates.length }) : undefined}
              wrong={dates ? undefined : say('exceptions.wrong_dates', { n: DATES_MAX })}
            >
              <Input type="date" value={to} onChange={(e) => set({ to: e.target.value })} />
            </Field>
          </div>
          <Field
            required
            label={say('exceptions.name')}
            hint={say('exceptions.name_hint')}
            wrong={missing(name, tried)}
          >
            <Input value={name} maxLength={60} onChange={(e) => set({ name: e.target.value })} />
          </Field>
          <Field required label={say('change.source')} wrong={missing(source, tried)}>
            <Input
              value={source}
              maxLength={200}
              onChange={(e) => set({ source: e.target.value })}
            />
          </Field>
        </>
      )}
    </FormFrame>
  );
}
