import { Button, Input } from 'antd';
import { useState } from 'react';
import { addCanned, changeCanned, useCanned, type CannedAnswer } from '../../data/chat.ts';
import { queryClient } from '../../data/queries.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useWords } from '../../lib/text.ts';
import { Field } from '../../parts/Field.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';

interface Fields {
  shortcut: string;
  zh: string;
  en: string;
}
const NEW: Fields = { shortcut: '', zh: '', en: '' };

/** 常用答复: read by everybody at the desk, kept by supervisors and the centre's administrators. */
export function CannedList() {
  const { say } = useWords();
  const keeps = holds(useMe(), 'supervisor', 'center_admin');
  const [edited, edit] = useState<CannedAnswer | 'new' | null>(null);
  return (
    <div className="wide">
      <div className="row between">
        <h2>{say('chat.canned')}</h2>
        {keeps && edited === null && (
          <Button type="primary" onClick={() => edit('new')}>
            {say('chat.canned_add')}
          </Button>
        )}
      </div>
      <p className="sm sec">{say('chat.canned_rule')}</p>
      {edited !== null && (
        <Editor
          key={edited === 'new' ? 'new' : edited.id}
          answer={edited === 'new' ? null : edited}
          onDone={() => edit(null)}
        />
      )}
      <QueryView query={useCanned()}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={say('chat.canned_none')}>{say('chat.canned_rule')}</EmptyState>
          ) : (
            <ul className="chat-canned-list">
              {list.map((answer) => (
                <li key={answer.id}>
                  <b>/{answer.shortcut}</b>
                  <span>
                    {answer.zh}
                    {answer.en && <span className="sec sm chat-en">{answer.en}</span>}
                  </span>
                  {keeps && (
                    <Button size="small" onClick={() => edit(answer)}>
                      {say('chat.canned_edit')}
                      <span className="unseen"> /{answer.shortcut}</span>
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </div>
  );
}

/** A new answer, or another wording; what was withdrawn is offered no more. */
function Editor({ answer, onDone }: { answer: CannedAnswer | null; onDone: () => void }) {
  const { say } = useWords();
  const [fields, setFields] = useState<Fields>(answer ?? NEW);
  const set = (change: Partial<Fields>) => setFields({ ...fields, ...change });
  const { shortcut, zh, en } = fields;
  const { submit, busy, problem } = useSubmit(
    (active: boolean) =>
      answer
        ? changeCanned(answer.id, { shortcut, zh, en, version: answer.version, active })
        : addCanned({ shortcut, zh, en }),
    () => {
      void queryClient.invalidateQueries({ queryKey: ['canned-answers'] });
      onDone();
    },
  );
  return (
    <form
      className="form chat-editor"
      data-panel
      onSubmit={(event) => {
        event.preventDefault();
        submit(true);
      }}
    >
      <Field
        required
        label={say('chat.canned_shortcut')}
        hint={say('chat.canned_shortcut_hint')}
        wrong={problem?.issue('shortcut')}
        width="w4"
      >
        <Input
          autoFocus
          maxLength={20}
          value={shortcut}
          onChange={(e) => set({ shortcut: e.target.value })}
        />
      </Field>
      <Field required label={say('chat.canned_zh')} wrong={problem?.issue('zh')}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 8 }}
          maxLength={2000}
          value={zh}
          onChange={(e) => set({ zh: e.target.value })}
        />
      </Field>
      <Field label={say('chat.canned_en')} wrong={problem?.issue('en')}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 8 }}
          maxLength={4000}
          value={en}
          onChange={(e) => set({ en: e.target.value })}
        />
      </Field>
      <div className="row">
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!shortcut.trim() || !zh.trim()}
        >
          {say('chat.canned_save')}
        </Button>
        <Button onClick={onDone}>{say('common.cancel')}</Button>
        {answer && (
          <Button danger onClick={() => submit(false)}>
            {say('chat.canned_withdraw')}
          </Button>
        )}
      </div>
      <ProblemNotice problem={problem} written={zh} />
    </form>
  );
}
