import { Button } from 'antd';
import { useState } from 'react';
import { refreshCalls, useContactCalls, type CallView } from '../../data/calls.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, Stamp } from '../../parts/Marks.tsx';

const two = (n: number) => String(n).padStart(2, '0');
const timeText = (seconds: number) => `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
const secondsOf = (from: string, to: string) =>
  Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));

/** The calls of the contact that the order was raised in; who may not see them sees nothing. */
export default function ContactCalls({ contactId }: { contactId: string }) {
  const { say } = useWords();
  const { data: calls = [] } = useContactCalls(contactId);
  if (calls.length === 0) return null;
  return (
    <div className="part">
      <h2>{say('calls.title')}</h2>
      {calls.map((call) => (
        <OneCall key={call.id} call={call} />
      ))}
    </div>
  );
}

/** One call: when, how long, who spoke, where it was passed on, what was recorded. */
export function OneCall({ call }: { call: CallView }) {
  const { say } = useWords();
  const { answeredAt, endedAt, enteredAt, recordings } = call;
  const isIn = call.direction === 'in';
  const passed = call.legs.filter((leg) => leg.mode !== null);
  const first = call.legs.find((leg) => leg.kind === 'operator');
  return (
    <div className="one-call sm">
      <p>
        <Dots>
          {say(isIn ? 'calls.in' : 'calls.out')}
          <Stamp at={enteredAt} />
          {!answeredAt
            ? say('calls.unanswered')
            : isIn && say('calls.waited', { n: secondsOf(enteredAt, answeredAt) })}
          {answeredAt &&
            endedAt &&
            say('calls.talked', { time: timeText(secondsOf(answeredAt, endedAt)) })}
          {first?.who && say(isIn ? 'calls.by' : 'calls.dialled_by', { who: first.who })}
          {call.erased && say('calls.erased')}
        </Dots>
      </p>
      {passed.map((leg) => (
        <p className="xs mut" key={leg.legId} title={leg.legId}>
          <Dots>
            <Stamp at={leg.beganAt} />
            {leg.kind === 'extension' && leg.who
              ? say('calls.leg_person', { who: leg.who })
              : say(`calls.leg_${leg.kind}`, { n: leg.target })}
          </Dots>
        </p>
      ))}
      {recordings.map((recording) => (
        <Recording key={recording.id} recording={recording} />
      ))}
    </div>
  );
}

/** Nothing is fetched before somebody says that they want to hear it: every listening is logged. */
function Recording({ recording }: { recording: CallView['recordings'][number] }) {
  const { say } = useWords();
  const [asked, setAsked] = useState(false);
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState(false);
  const time = timeText(recording.seconds);
  return (
    <div className="recording">
      <div className="row wrap">
        <span>{say('recording.title', { time })}</span>
        <span className="xs mut">
          <Until at={recording.until} />
        </span>
        {!asked && !open && (
          <Button size="small" onClick={() => setAsked(true)}>
            {say('recording.play')}
          </Button>
        )}
      </div>
      {asked && (
        <p className="row wrap">
          <span className="xs sec">{say('recording.logged')}</span>
          <Button
            size="small"
            onClick={() => {
              setAsked(false);
              setOpen(true);
            }}
          >
            {say('recording.do')}
          </Button>
        </p>
      )}
      {open && (
        <audio
          controls
          autoPlay
          preload="auto"
          aria-label={say('recording.title', { time })}
          src={`/api/telephony/recordings/${recording.id}/audio`}
          // Who oversees sees the listening at once.
          onPlaying={() => void refreshCalls()}
          onError={() => setFailed(true)}
        />
      )}
      {recording.heard && <Heard heard={recording.heard} />}
      {failed && (
        <p className="sm over-t" role="alert">
          {say('recording.failed')}
        </p>
      )}
    </div>
  );
}

/** Who listened to it: for those who oversee. */
function Heard({ heard }: { heard: NonNullable<CallView['recordings'][number]['heard']> }) {
  const { say } = useWords();
  const { times, last } = heard;
  if (times === 0) return <p className="xs mut">{say('recording.unheard')}</p>;
  return (
    <div className="xs mut">
      {times > last.length
        ? say('recording.heard_last', { n: last.length, times })
        : say('recording.heard', { times })}
      <ul className="heard">
        {last.map(({ who, at }) => (
          <li key={at + who}>
            {who} <Stamp at={at} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Until({ at }: { at: string }) {
  const { say } = useWords();
  const [before, after] = say('recording.until').split('{at}');
  return (
    <>
      {before}
      <Stamp at={at} />
      {after}
    </>
  );
}
