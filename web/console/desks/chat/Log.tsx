import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import type { MessageView, NoteView } from '../../data/chat.ts';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { Tag } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import type { Outbox, Unsent } from './outbox.ts';

interface Props {
  messages: readonly MessageView[];
  notes: readonly NoteView[];
  outbox?: Outbox;
  /** Up to which message the citizen has read. */
  seen?: number;
  /** What the order form holds already. */
  content?: string;
  /** Puts the words of a message into the order form. */
  onPut?: (message: MessageView) => void;
}

const NEAR_END_PX = 120;

/** What was said, with the notes between; the newest stays in sight while somebody is there. */
export function Log({ messages, notes, outbox, seen = 0, content = '', onPut }: Props) {
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  // A transcript is read from its beginning.
  const near = useRef(outbox !== undefined);
  const count = messages.length + notes.length + (outbox?.unsent.length ?? 0);
  useEffect(() => {
    if (near.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count]);
  const behind = (seq: number) => notes.filter((note) => note.afterSeq === seq);
  const newestRead = messages.findLast((m) => m.side === 'operator' && m.seq <= seen)?.seq;
  return (
    <div
      className="chat-log"
      ref={box}
      role="log"
      aria-label={say('chat.log')}
      tabIndex={0}
      onScroll={({ currentTarget: e }) => {
        if (outbox) near.current = e.scrollHeight - e.scrollTop - e.clientHeight < NEAR_END_PX;
      }}
    >
      {behind(0).map((note) => (
        <Note key={note.id} note={note} />
      ))}
      {messages.map((message) => (
        <div key={message.seq}>
          <Line
            message={message}
            read={message.seq === newestRead}
            taken={content.includes(message.text)}
            {...(onPut && { onPut })}
          />
          {behind(message.seq).map((note) => (
            <Note key={note.id} note={note} />
          ))}
        </div>
      ))}
      {outbox?.unsent.map((one) => (
        <Waiting key={one.id} one={one} outbox={outbox} />
      ))}
    </div>
  );
}

interface LineProps {
  message: MessageView;
  read: boolean;
  taken: boolean;
  onPut?: (message: MessageView) => void;
}

function Line({ message, read, taken, onPut }: LineProps) {
  const { say } = useWords();
  const { side, kind, text, imageUrl } = message;
  if (side === 'system' || kind === 'order' || kind === 'answer')
    return (
      <p className="chat-told xs mut">
        {hourText(Date.parse(message.at))}　{text}
      </p>
    );
  return (
    <div className={`chat-line ${side}`}>
      <span className="unseen">{say(side === 'citizen' ? 'chat.citizen' : 'chat.we')}</span>
      {imageUrl ? (
        <a href={imageUrl} target="_blank" rel="noreferrer">
          <img src={`${imageUrl}/thumb`} alt={say('chat.photo')} />
        </a>
      ) : (
        <p className="chat-words">{text}</p>
      )}
      <span className="xs mut row">
        <span>{hourText(Date.parse(message.at))}</span>
        {read && <span>{say('chat.read')}</span>}
        {side === 'citizen' && kind === 'text' && onPut && (
          <button
            type="button"
            className="link-button"
            disabled={taken}
            onClick={() => onPut(message)}
          >
            {say(taken ? 'chat.put_in' : 'chat.put')}
          </button>
        )}
      </span>
    </div>
  );
}

/** 备注: for us alone, and looking like it. */
function Note({ note }: { note: NoteView }) {
  const { say } = useWords();
  return (
    <div className="chat-line note hatch">
      <p className="chat-words hatch-text">{note.text}</p>
      <span className="xs mut row">
        <Tag kind="lock">{say('tab.internal')}</Tag> {note.by} {hourText(Date.parse(note.at))}
      </span>
    </div>
  );
}

function Waiting({ one, outbox }: { one: Unsent; outbox: Outbox }) {
  const { say } = useWords();
  return (
    <div className={`chat-line ${one.note ? 'note hatch' : 'operator'}`} role="status">
      <p className="chat-words">{one.file ? one.file.name : one.text}</p>
      {one.problem ? (
        <>
          <ProblemNotice problem={one.problem} written={one.text} />
          <span className="row">
            <Button size="small" onClick={() => outbox.again(one.id)}>
              {say('chat.again')}
            </Button>
            <Button size="small" type="text" onClick={() => outbox.drop(one.id)}>
              {say('chat.drop')}
            </Button>
          </span>
        </>
      ) : (
        <span className="xs mut">{say('chat.sending')}</span>
      )}
    </div>
  );
}
