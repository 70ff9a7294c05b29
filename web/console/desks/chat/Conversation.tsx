import { useEffect, useState, type ReactNode } from 'react';
import {
  endChat,
  refreshChats,
  seeChat,
  useChatMessages,
  useTypes,
  type ChatDetail,
  type MessageView,
} from '../../data/chat.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { usePressing } from './ChatList.tsx';
import { Composer } from './Composer.tsx';
import { Log } from './Log.tsx';
import { useOrderDraft } from './OrderForm.tsx';
import { useOutbox } from './outbox.ts';
import { Transfer } from './Transfer.tsx';

interface Props {
  chat: ChatDetail;
  opener: ReactNode;
  onBack: () => void;
  /** It is somebody else's now. */
  onHanded: () => void;
}

const NOTHING: MessageView[] = [];

/** One chat: who it is, what was said, and what to say next. */
export function Conversation({ chat, opener, onBack, onHanded }: Props) {
  const { say } = useWords();
  const operates = holds(useMe(), 'operator');
  const { data } = useChatMessages(chat.chatId);
  const messages = data?.messages ?? NOTHING;
  const notes = data?.notes ?? [];
  const outbox = useOutbox(chat.chatId, new Set([...messages, ...notes].map(({ id }) => id)));
  const draft = useOrderDraft(chat);
  const types = useTypes(chat.chatId);
  const open = chat.state === 'open' && chat.mine;
  const put = ({ text }: MessageView) =>
    draft.set({ content: [draft.value.content.trimEnd(), text].filter(Boolean).join('\n') });
  useSeen(chat, messages.at(-1)?.seq ?? 0);
  return (
    <>
      <button type="button" className="phone-back link-button" onClick={onBack}>
        ‹ {say('order.back')}
      </button>
      <Head chat={chat} open={open} opener={opener} onHanded={onHanded} />
      <Log
        messages={messages}
        notes={notes}
        outbox={outbox}
        seen={chat.seenByCitizen}
        content={draft.value.content}
        {...(open && { onPut: put })}
      />
      <p className="chat-typing xs mut" aria-live="polite">
        {types && say('chat.typing')}
      </p>
      {open || !operates ? (
        <Composer key={chat.chatId} chat={chat} outbox={outbox} noteOnly={!open} />
      ) : (
        <Over chat={chat} />
      )}
    </>
  );
}

/** What stands on a screen that somebody looks at has been read. */
function useSeen(chat: ChatDetail, seq: number): void {
  const { chatId, mine, unread } = chat;
  useEffect(() => {
    if (!mine || unread === 0 || seq === 0) return;
    const read = () => {
      if (document.hidden) return;
      void seeChat(chatId, seq).then(
        () => refreshChats(new Set([chatId])),
        () => undefined,
      );
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [chatId, mine, unread, seq]);
}

interface HeadProps extends Pick<Props, 'chat' | 'opener' | 'onHanded'> {
  open: boolean;
}

function Head({ chat, open, opener, onHanded }: HeadProps) {
  const { say } = useWords();
  const [passing, setPassing] = useState(false);
  const [sure, setSure] = useState(false);
  const ending = useSubmit(endChat);
  const end = () => (sure ? ending.submit(chat.chatId) : setSure(true));
  useKeys(
    open
      ? [
          { keys: 'Alt+T', label: 'keys.chat_transfer', run: () => setPassing(!passing) },
          { keys: 'Alt+Q', label: 'keys.chat_end', run: end },
        ]
      : [],
  );
  return (
    <>
      <header className="chat-head">
        <div>
          <h2>{chat.name ?? say('chat.visitor')}</h2>
          <p className="xs mut">
            <Dots>
              {[
                ...usePressing(chat),
                chat.phone ?? say(noPhone(chat)),
                chat.language === 'en' && say('chat.in_english'),
                chat.page && say('chat.from_page', { page: chat.page.replace(/^https?:\/\//, '') }),
                <Stamp key="at" at={chat.startedAt} />,
              ]}
            </Dots>
          </p>
        </div>
        {open && (
          <span className="row">
            <KeyButton
              size="small"
              keys="Alt+T"
              aria-expanded={passing}
              onClick={() => setPassing(!passing)}
            >
              {say('chat.transfer')}
            </KeyButton>
            <KeyButton size="small" danger={sure} keys="Alt+Q" loading={ending.busy} onClick={end}>
              {say(sure ? 'chat.end_sure' : 'chat.end')}
            </KeyButton>
            {sure && (
              <button type="button" className="link-button sm" onClick={() => setSure(false)}>
                {say('common.cancel')}
              </button>
            )}
          </span>
        )}
        {opener}
      </header>
      <ProblemNotice problem={ending.problem} wrote={false} />
      {open && passing && <Transfer chatId={chat.chatId} onDone={onHanded} />}
    </>
  );
}

/** Why no number stands there. */
const noPhone = ({ sealed, erased }: ChatDetail) =>
  sealed ? 'chat.sealed_read' : erased ? 'chat.erased' : 'chat.no_phone';

/** How it ended, and what the citizen thought of it. */
function Over({ chat }: { chat: ChatDetail }) {
  const { say, word } = useWords();
  const { rating } = chat;
  return (
    <div className="chat-over" role="status">
      <p>
        {say(chat.state === 'waiting' ? 'chat.waiting_long' : 'chat.over')}
        {chat.endedBy && word(`chat.ended_${chat.endedBy}`, '')}
      </p>
      {rating && (
        <p>
          <Dots>
            <b>{say('chat.rated', { n: rating.satisfaction })}</b>
            {rating.solved !== null && say(rating.solved ? 'chat.solved' : 'chat.not_solved')}
            {rating.comment}
          </Dots>
        </p>
      )}
    </div>
  );
}
