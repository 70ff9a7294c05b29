import '../chat/chat.css';
import { useState } from 'react';
import { useTranscript } from '../../data/chat.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { Log } from '../chat/Log.tsx';

/** The chat that the order was raised in, folded; who may not read it sees nothing. */
export default function ContactChat({ contactId }: { contactId: string }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const { data } = useTranscript(contactId);
  if (!data) return null;
  return (
    <div className="part transcript">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <b>{say('chat.transcript')}</b>{' '}
          <span className="xs mut">
            <Dots>
              {say('chat.transcript_span', { n: data.messages.length })}
              <Stamp at={data.startedAt} />
            </Dots>
          </span>
        </summary>
        {open && <Log messages={data.messages} notes={data.notes} />}
        {open && data.more && <p className="xs mut">{say('chat.transcript_more')}</p>}
      </details>
    </div>
  );
}
