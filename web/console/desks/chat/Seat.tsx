import { Button, Select, Switch } from 'antd';
import { setSeat, takeNext, type Desk } from '../../data/chat.ts';
import { useNow } from '../../data/clock.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { spanText } from '../../lib/time.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';

interface Props {
  desk: Desk;
  canned: boolean;
  onCanned: () => void;
}

/** One line over the desk: whether chats come here, how many at once, and who waits outside. */
export function Seat({ desk, canned, onCanned }: Props) {
  const { say } = useWords();
  const me = useMe();
  const seat = useSubmit(setSeat);
  const take = useSubmit(takeNext);
  const { on, cap, capMax, number } = desk.seat;
  const operates = holds(me, 'operator');
  const full = desk.queue.waiting === 0;
  useKeys(
    operates
      ? [
          { keys: 'Alt+W', label: 'keys.chat_take', run: () => take.submit(undefined), off: full },
          {
            keys: 'Alt+S',
            label: 'keys.chat_seat',
            run: () => seat.submit({ on: !on }),
            quiet: true,
          },
        ]
      : [],
  );
  return (
    <div className="chat-seat" role="group" aria-label={say('chat.seat')}>
      {operates && (
        <>
          <label className="row">
            <Switch checked={on} loading={seat.busy} onChange={(is) => seat.submit({ on: is })} />
            <b>{say(on ? 'chat.on' : 'chat.off')}</b>
          </label>
          <label className="row sm">
            {say('chat.cap')}
            <Select
              size="small"
              value={cap}
              onChange={(n) => seat.submit({ on, cap: n })}
              options={Array.from({ length: capMax }, (_, i) => ({ value: i + 1, label: i + 1 }))}
            />
          </label>
          {number !== null && <span className="sm sec">{say('chat.number', { n: number })}</span>}
        </>
      )}
      <Queue desk={desk} />
      <span className="chat-seat-right">
        {operates && (
          <KeyButton
            size="small"
            keys="Alt+W"
            disabled={full}
            loading={take.busy}
            onClick={() => take.submit(undefined)}
          >
            {say('chat.take')}
          </KeyButton>
        )}
        <Button size="small" aria-pressed={canned} onClick={onCanned}>
          {say('chat.canned')}
        </Button>
      </span>
      <ProblemNotice problem={seat.problem ?? take.problem} wrote={false} />
    </div>
  );
}

function Queue({ desk: { queue } }: { desk: Desk }) {
  const { say, language } = useWords();
  useNow();
  const waited = spanText(queue.longestWaitSeconds * 1000, language);
  return (
    <span className="sm sec">
      <Dots>
        {say('chat.queue', { n: queue.waiting })}
        {queue.waiting > 0 && say('chat.longest', { span: waited })}
        {queue.emergencies > 0 && (
          <b className="over-t">{say('chat.emergencies', { n: queue.emergencies })}</b>
        )}
        {queue.late > 0 && <b className="over-t">{say('chat.late_n', { n: queue.late })}</b>}
      </Dots>
    </span>
  );
}
