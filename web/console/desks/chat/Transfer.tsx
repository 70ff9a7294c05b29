import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { transferChat, useChatColleagues } from '../../data/chat.ts';
import { useSubmit } from '../../data/submit.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { ProblemNotice } from '../../parts/States.tsx';

const NOTE_MAX = 500;

/** To a colleague who is there, or back to the head of the queue; the note goes along, inside. */
export function Transfer({ chatId, onDone }: { chatId: string; onDone: () => void }) {
  const { say } = useWords();
  const { data = [] } = useChatColleagues(true);
  const [to, setTo] = useState('queue');
  const [note, setNote] = useState('');
  const pass = useSubmit(() => transferChat(chatId, to, note.trim()), onDone);
  return (
    <form
      className="chat-transfer"
      data-panel
      onSubmit={(event) => {
        event.preventDefault();
        pass.submit(undefined);
      }}
    >
      <Field label={say('chat.transfer_to')}>
        <Select
          autoFocus
          value={to}
          onChange={setTo}
          options={[
            { value: 'queue', label: say('chat.to_queue') },
            ...data.map((one) => ({
              value: one.userId,
              label: say('chat.to_one', { ...one, n: one.number }),
              disabled: one.open >= one.cap,
            })),
          ]}
        />
      </Field>
      <Field label={say('chat.transfer_note')} hint={say('chat.transfer_hint')}>
        <Input maxLength={NOTE_MAX} value={note} onChange={(e) => setNote(e.target.value)} />
      </Field>
      <Button type="primary" htmlType="submit" loading={pass.busy}>
        {say('chat.transfer')}
      </Button>
      <ProblemNotice problem={pass.problem} written={note} />
    </form>
  );
}
