import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ChatItem } from '../../data/chat.ts';
import { useNow } from '../../data/clock.ts';
import { useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { hourText } from '../../lib/time.ts';
import { Kbd } from '../../parts/Key.tsx';
import { Dots } from '../../parts/Marks.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { firstAnswer } from './first-answer.ts';

interface Props {
  items: ChatItem[];
  /** Everybody's, for who looks after them. */
  all: boolean;
  selected: string | undefined;
}

/** The chats: who it is, what was said last, and how the first answer stands. */
export function ChatList({ items, all, selected }: Props) {
  const { say } = useWords();
  if (items.length === 0)
    return (
      <EmptyState title={say(all ? 'chat.none_all' : 'chat.none')}>
        {say('chat.list_empty')}
      </EmptyState>
    );
  return (
    <>
      <div className="hd">
        <h2>{say(all ? 'chat.all' : 'chat.mine', { n: items.length })}</h2>
      </div>
      <ol className="q chat-list">
        {items.map((chat, i) => (
          <Line key={chat.chatId} chat={chat} at={i + 1} chosen={chat.chatId === selected} />
        ))}
      </ol>
    </>
  );
}

function Line({ chat, at, chosen }: { chat: ChatItem; at: number; chosen: boolean }) {
  const { say } = useWords();
  const mine = chat.operatorId === useMe().userId;
  return (
    <li data-row={chat.chatId} className={chosen ? 'sel' : ''}>
      <Link to={`/chat/${chat.chatId}`} replace aria-current={chosen}>
        <span className="row between">
          <b>{chat.name ?? say('chat.visitor')}</b>
          <span className="row">
            {chat.unread > 0 && (
              <b className="chat-unread">{say('chat.unread', { n: chat.unread })}</b>
            )}
            {at <= 9 && <Kbd keys={`Alt+${at}`} />}
          </span>
        </span>
        <span className="cut sec">
          {chat.lastSide === 'operator' && say(mine ? 'chat.we_said' : 'chat.we')}
          {chat.lastText || say(insteadOfWords(chat))}
        </span>
        <span className="row between xs mut">
          <span>
            <Dots>{[...usePressing(chat), chat.operatorName]}</Dots>
          </span>
          <span>
            {chat.state === 'waiting' ? say('chat.waiting') : hourText(Date.parse(chat.lastAt))}
          </span>
        </span>
      </Link>
    </li>
  );
}

/** What a line says where there are no words to show. */
const insteadOfWords = ({ sealed, lastKind }: ChatItem) =>
  sealed ? 'chat.sealed' : lastKind === 'image' ? 'chat.photo' : 'chat.nothing_yet';

/** What presses in a chat, each as a word: an emergency, and how the first answer stands. */
export function usePressing(chat: ChatItem): ReactNode[] {
  const { say } = useWords();
  const stands = firstAnswer(chat, useNow());
  return [
    chat.emergency && (
      <b key="line" className="ur ur-U1">
        ! {say('mark.emergency')} {chat.emergency}
      </b>
    ),
    stands && (
      <b key="first" className={stands.look}>
        {say(stands.key, { n: stands.n })}
      </b>
    ),
  ];
}
