import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { readSpans, shiftDate } from '../../lib/calendar-input.ts';
import { useWords } from '../../lib/text.ts';
import { weekdayText } from '../../lib/time.ts';
import { Field } from '../../parts/Field.tsx';
import type { ChangeFormProps } from './ChangePanel.tsx';
import { FormFrame } from './FormFrame.tsx';
import { PlacePicker } from './PlacePicker.tsx';

const MONDAY = '2024-01-01';
const OFFICE = '08:30-12:00 14:00-17:30';
const SUMMER = '08:30-12:00 15:00-18:00';
const ALWAYS = '00:00-24:00';
const week = (workdays: string, weekend = '') =>
  Array.from({ length: 7 }, (_, i) => (i < 5 ? workdays : weekend));
const hoursOf = (spans: readonly (readonly [number, number])[]): number =>
  Math.round((spans.reduce((sum, [from, to]) => sum + to - from, 0) / 60) * 100) / 100;
const PRESETS = {
  office: week(OFFICE),
  summer: week(SUMMER),
  always: week(ALWAYS, ALWAYS),
} as const;

/** Weekly hours from a date on: summer hours, a utility that never closes, a night shift. */
export function HoursForm(props: ChangeFormProps) {
  const { say, language } = useWords();
  const [value, setValue] = useState({
    organizationId: props.unit,
    name: '',
    followsCity: true,
    from: props.date,
    to: '',
    week: [...PRESETS.office],
  });
  const set = (part: Partial<typeof value>) => setValue((old) => ({ ...old, ...part }));
  const spans = value.week.map(readSpans);
  const turned = value.to !== '' && value.to <= value.from;
  const wrong = !value.name.trim() || !value.from || turned || spans.some((s) => s === null);
  const send = () =>
    props.onPreview({
      change: 'hours',
      input: {
        organizationId: value.organizationId ?? null,
        name: value.name.trim(),
        followsCity: value.followsCity,
        from: value.from,
        to: value.to || null,
        week: spans.map((s, i) => ({ weekday: i + 1, spans: s ?? [] })),
      },
    });
  return (
    <FormFrame {...props} wrong={wrong} onSubmit={send}>
      {(tried) => (
        <>
          <PlacePicker
            value={value.organizationId}
            onChange={(organizationId) => set({ organizationId })}
          />
          <Field
            required
            label={say('hours.name')}
            hint={say('hours.name_hint')}
            wrong={tried && !value.name.trim() ? say('field.missing') : undefined}
          >
            <Input
              value={value.name}
              maxLength={60}
              onChange={(e) => set({ name: e.target.value })}
            />
          </Field>
          <div className="form">
            <Field required width="w6" label={say('hours.from')}>
              <Input
                type="date"
                value={value.from}
                onChange={(e) => set({ from: e.target.value })}
              />
            </Field>
            <Field
              width="w6"
              label={say('hours.to')}
              hint={say('hours.to_hint')}
              wrong={turned ? say('hours.wrong_to') : undefined}
            >
              <Input type="date" value={value.to} onChange={(e) => set({ to: e.target.value })} />
            </Field>
          </div>
          {value.organizationId && (
            <Checkbox
              checked={value.followsCity}
              onChange={(e) => set({ followsCity: e.target.checked })}
            >
              {say('hours.follows')}
            </Checkbox>
          )}
          <div className="row wrap">
            <span className="xs mut">{say('hours.take')}</span>
            {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((preset) => (
              <Button key={preset} size="small" onClick={() => set({ week: [...PRESETS[preset]] })}>
                {say(`hours.preset_${preset}`)}
              </Button>
            ))}
          </div>
          <div className="week-hours">
            {value.week.map((text, i) => {
              const read = spans[i];
              const day = weekdayText(shiftDate(MONDAY, i), language);
              return (
                <Field
                  key={day}
                  label={say('calendar.weekday', { d: day })}
                  hint={
                    read && read.length > 0
                      ? say('limit.wh', { n: hoursOf(read) })
                      : say('calendar.no_work')
                  }
                  wrong={read === null ? say('hours.wrong_spans') : undefined}
                >
                  <Input
                    value={text}
                    onChange={(e) =>
                      set({ week: value.week.map((old, at) => (at === i ? e.target.value : old)) })
                    }
                  />
                </Field>
              );
            })}
          </div>
        </>
      )}
    </FormFrame>
  );
}
