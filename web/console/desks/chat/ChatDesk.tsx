import './chat.css';
import { useEffect, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useChat, useChatDesk, type ChatItem, type Desk } from '../../data/chat.ts';
import { asProblem } from '../../data/problem.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { CannedList } from './CannedList.tsx';
import { ChatList } from './ChatList.tsx';
import { Conversation } from './Conversation.tsx';
import { OrderForm } from './OrderForm.tsx';
import { Seat } from './Seat.tsx';

/** Chats that a number key reaches. */
const NUMBERED = 9;

/** 在线客服台: who waits, what is said, and the order that comes of it. */
export default function ChatDesk() {
  const { say } = useWords();
  return (
    <>
      <DeskTitle title={say('desk.chat_long')} />
      <QueryView query={useChatDesk()}>{(desk) => <Chats desk={desk} />}</QueryView>
    </>
  );
}

/** What the list shows: one's own, or everything that goes on, the late ones first. */
export const listed = ({ mine, all }: Desk): ChatItem[] =>
  all ? all.toSorted((a, b) => Number(lateNow(b)) - Number(lateNow(a))) : mine;
const lateNow = (chat: ChatItem) => chat.late && chat.firstAnsweredAt === null;

function Chats({ desk }: { desk: Desk }) {
  const { say } = useWords();
  const { chatId } = useParams();
  const navigate = useNavigate();
  const operates = holds(useMe(), 'operator');
  const [side, setSide] = useState(false);
  const [canned, setCanned] = useState(false);
  const { data, error } = useChat(chatId);
  // Handed over, or given back while nobody was there: what was shown is not theirs any more.
  const gone = asProblem(error)?.status === 404;
  const chat = gone ? undefined : data;
  // Only who talks in a chat registers out of it.
  const writes = operates && !canned && chat?.mine === true;
  const items = listed(desk);
  const ids = items.map((item) => item.chatId);
  const select = (id: string | undefined) => {
    setCanned(false);
    void navigate(id ? `/chat/${id}` : '/chat', { replace: true });
  };
  useListKeys({ ids, selected: chatId, select });
  useEffect(() => {
    if (gone) select(undefined);
  });
  // What is noted when it is read opens at nobody's back.
  const free = items.filter((item) => !item.sealed).map((item) => item.chatId);
  useFirstSelected(free, chatId, select, innerWidth >= 768 && !canned);
  useKeys([
    ...ids.slice(0, NUMBERED).map((id, i) => ({
      keys: `Alt+${i + 1}`,
      label: 'keys.chat_n' as const,
      run: () => select(id),
      quiet: i > 0,
      ...(i === 0 && { shown: 'Alt 1–9' }),
    })),
    { keys: 'Esc', label: 'keys.back', run: () => select(undefined), quiet: true },
  ]);
  return (
    <>
      <Seat desk={desk} canned={canned} onCanned={() => setCanned(!canned)} />
      <SplitColumns
        desk="chats"
        leftIs="queue"
        leftLabel={say('desk.chat_long')}
        chosen={chatId !== undefined || canned}
        left={<ChatList items={items} all={desk.all !== null} selected={chatId} />}
        side={writes && <OrderForm key={chat.chatId} chat={chat} />}
        sideLabel={say('chat.order')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
      >
        {canned ? (
          <CannedList />
        ) : chat ? (
          <Conversation
            key={chat.chatId}
            chat={chat}
            opener={
              writes && <SideOpener onOpen={() => setSide(true)}>{say('chat.order')}</SideOpener>
            }
            onBack={() => select(undefined)}
            onHanded={() => select(undefined)}
          />
        ) : (
          <EmptyState title={say(operates ? 'chat.none' : 'chat.none_all')}>
            {say(desk.seat.on || !operates ? 'chat.none_next' : 'chat.none_off')}
          </EmptyState>
        )}
      </SplitColumns>
    </>
  );
}
