import { useState } from 'react';
import type { DoorMessageView, Redriven } from '../../../../src/door/schema.ts';
import { tellDone } from '../../data/done.ts';
import { giveUp, redrive } from '../../data/doors.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { kindWord, whyWord } from './LetterTable.tsx';

/** One message: what is known of it without its words, and what may be done. */
export function Letter({ letter }: { letter: DoorMessageView }) {
  const words = useWords();
  const { say } = words;
  return (
    <>
      <div className="part letter">
        <h2>{kindWord(words, letter)}</h2>
        {letter.error && (
          <p className="sm">
            <b>{say('door.why')}</b>　{whyWord(words, letter.error)}
          </p>
        )}
        <dl className="letter-facts sm">
          {letter.fields && (
            <>
              <dt>{say('door.fields')}</dt>
              <dd>
                <code>{letter.fields}</code>
              </dd>
            </>
          )}
          <dt>{say('door.source')}</dt>
          <dd>{letter.source}</dd>
          <dt>{say('door.external_id')}</dt>
          <dd>
            <code>{letter.externalId}</code>
          </dd>
          <dt>{say('door.received')}</dt>
          <dd>
            <Stamp at={letter.receivedAt} />
          </dd>
          {letter.doneAt && (
            <>
              <dt>{say(`door.state.${letter.state}`)}</dt>
              <dd>
                <Stamp at={letter.doneAt} />
              </dd>
            </>
          )}
        </dl>
        <p className="xs mut">{say(letter.state === 'dead' ? 'door.sealed' : 'door.erased')}</p>
      </div>
      {letter.state === 'dead' && <Acts letter={letter} />}
    </>
  );
}

/** Sending it in again may be tried as often as wanted; giving up asks once more, in place. */
function Acts({ letter }: { letter: DoorMessageView }) {
  const words = useWords();
  const { say } = words;
  const [asked, ask] = useState(false);
  const [again, setAgain] = useState<Redriven>();
  const send = useSubmit(
    (_: void, key) => redrive(letter.id, key),
    (told) => (told.state === 'done' ? tellDone('door.did_redrive') : setAgain(told)),
  );
  const end = useSubmit(
    (_: void, key) => giveUp(letter.id, key),
    () => {
      ask(false);
      tellDone('door.did_give_up');
    },
  );
  const busy = send.busy || end.busy;
  useKeys([
    { keys: 'R', label: 'keys.redrive', off: busy || asked, run: () => send.submit() },
    { keys: 'G', label: 'keys.give_up', off: busy || asked, run: () => ask(true) },
    ...(asked ? [{ keys: 'Esc', label: 'keys.back' as const, run: () => ask(false), quiet: true }] : []), // prettier-ignore
  ]);
  const problem = send.problem ?? end.problem;
  return (
    <>
      {problem && (
        <div className="act-problem">
          <ProblemNotice problem={problem} wrote={false} />
        </div>
      )}
      {again && (
        <p className="note soon" role="status">
          {say('door.failed_again', { why: whyWord(words, again.error) })}
        </p>
      )}
      <div className="letter-acts" role={asked ? 'alert' : undefined}>
        {asked ? (
          <>
            <p className="sm">{say('door.give_up_what')}</p>
            <KeyButton danger type="primary" loading={end.busy} onClick={() => end.submit()}>
              {say('door.give_up_yes')}
            </KeyButton>
            <KeyButton keys="Esc" autoFocus onClick={() => ask(false)}>
              {say('common.cancel')}
            </KeyButton>
          </>
        ) : (
          <>
            <KeyButton type="primary" keys="R" loading={send.busy} onClick={() => send.submit()}>
              {say('door.redrive')}
            </KeyButton>
            <KeyButton danger keys="G" onClick={() => ask(true)}>
              {say('door.give_up')}
            </KeyButton>
          </>
        )}
      </div>
    </>
  );
}
