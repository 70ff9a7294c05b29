/** The chat desk: what is on it, one conversation, and what is done there. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type {
  CannedAnswer,
  CannedChange,
  ChatDetail,
  ChatItem,
  Colleague,
  Desk,
  MessageView,
  NoteView,
  SeatInput,
  SeatView,
  StaffMessages,
  Transcript,
} from '../../../src/chat/schema.ts';
import { languageStore } from '../lib/prefs.ts';
import { call } from './client.ts';
import { listenToChats } from './live.ts';
import { Problem, problemOf } from './problem.ts';
import { queryClient } from './queries.ts';

export type { CannedAnswer, ChatDetail, ChatItem, Desk, MessageView, NoteView };

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});
const at = (chatId: string) => `/chat/chats/${chatId}`;

export const setSeat = (input: SeatInput) => call<SeatView>('PUT', '/chat/seat', { body: input });
export const takeNext = () => call<unknown>('POST', '/chat/take', { body: {} });
export const transferChat = (chatId: string, to: string, note: string) =>
  call<void>('POST', `${at(chatId)}/transfer`, { body: { to, note } });
export const endChat = (chatId: string) => call<void>('POST', `${at(chatId)}/end`);
export const seeChat = (chatId: string, seq: number) =>
  call<void>('POST', `${at(chatId)}/seen`, { body: { seq } });
export const sayInChat = (chatId: string, id: string, text: string) =>
  call<unknown>('POST', `${at(chatId)}/messages`, { body: { id, text } });
export const noteInChat = (chatId: string, id: string, text: string) =>
  call<unknown>('POST', `${at(chatId)}/notes`, { body: { id, text } });
export const addCanned = (input: Omit<CannedChange, 'version' | 'active'>) =>
  call<CannedAnswer>('POST', '/chat/canned-answers', { body: input });
export const changeCanned = (id: string, input: CannedChange) =>
  call<CannedAnswer>('PUT', `/chat/canned-answers/${id}`, { body: input });

/** Puts a picture of the chat among one's uploads, for the order. */
export const stagePicture = (imageUrl: string) =>
  call<{ attachmentId: string }>('POST', `${imageUrl.replace(/^\/api/, '')}/stage`);

/** A picture into the chat; the id makes a second try the same message. @throws Problem */
export async function showInChat(chatId: string, id: string, file: Blob): Promise<void> {
  const response = await fetch(`/api${at(chatId)}/images`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      'Accept-Language': languageStore.get(),
      'Content-Type': file.type || 'application/octet-stream',
      'X-Message-Id': id,
    },
    body: file,
  }).catch(() => {
    throw new Problem('no_network');
  });
  if (!response.ok) throw await problemOf(response);
}

/** Where nothing pushes any more, somebody still waits for an answer. */
const LOOK_EVERY_MS = 10_000;
const reading = { staleTime: 0, refetchInterval: LOOK_EVERY_MS } as const;

export const useChatDesk = (wanted = true) =>
  useQuery({
    queryKey: ['chat-desk'],
    enabled: wanted,
    ...reading,
    refetchIntervalInBackground: true,
    queryFn: ({ signal }) => call<Desk>('GET', '/chat/chats', on(signal)),
  });

export const useChat = (chatId: string | undefined) =>
  useQuery({
    queryKey: ['chat', chatId],
    enabled: chatId !== undefined,
    ...reading,
    queryFn: ({ signal }) => call<ChatDetail>('GET', at(chatId ?? ''), on(signal)),
  });

/** Messages are only ever added: what is shown is kept, and what follows is read. */
async function readOn(chatId: string, signal: Signal): Promise<StaffMessages> {
  const shown = queryClient.getQueryData<StaffMessages>(['chat-messages', chatId]);
  const messages = [...(shown?.messages ?? [])];
  for (;;) {
    const after = messages.at(-1)?.seq ?? 0;
    const query = { after };
    const page = await call<StaffMessages>('GET', `${at(chatId)}/messages`, {
      query,
      ...on(signal),
    });
    messages.push(...page.messages);
    if (page.messages.length === 0 || (messages.at(-1)?.seq ?? 0) >= page.lastSeq)
      return { ...page, messages };
  }
}

export const useChatMessages = (chatId: string | undefined) =>
  useQuery({
    queryKey: ['chat-messages', chatId],
    enabled: chatId !== undefined,
    ...reading,
    queryFn: ({ signal }) => readOn(chatId ?? '', signal),
  });

export const useChatColleagues = (wanted: boolean) =>
  useQuery({
    queryKey: ['chat-colleagues'],
    enabled: wanted,
    staleTime: 0,
    queryFn: ({ signal }) => call<Colleague[]>('GET', '/chat/colleagues', on(signal)),
  });

export const useCanned = () =>
  useQuery({
    queryKey: ['canned-answers'],
    queryFn: ({ signal }) => call<CannedAnswer[]>('GET', '/chat/canned-answers', on(signal)),
  });

export const useTranscript = (contactId: string | undefined) =>
  useQuery({
    queryKey: ['transcript', contactId],
    enabled: contactId !== undefined,
    retry: false,
    queryFn: ({ signal }) =>
      call<Transcript>('GET', `/chat/contacts/${contactId}/transcript`, on(signal)),
  });

const LIST_KEYS = new Set(['chat-desk', 'chat-colleagues']);
const CHAT_KEYS = new Set(['chat', 'chat-messages']);
/** Reads the lists again, and of the chats on screen those named; all, where none is. */
export const refreshChats = (ids?: ReadonlySet<string>) =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind, id] }) =>
      LIST_KEYS.has(String(kind)) || (CHAT_KEYS.has(String(kind)) && (!ids || ids.has(String(id)))),
  });

/** Reads again at every news of a chat. */
export function useChatNews(wanted: boolean): void {
  useEffect(
    () => (wanted ? listenToChats({ news: (ids) => void refreshChats(ids) }) : undefined),
    [wanted],
  );
}

/** Milliseconds for which somebody is said to type without saying it again. */
const TYPING_MS = 4_000;

/** Whether the citizen writes just now. */
export function useTypes(chatId: string): boolean {
  const [types, setTypes] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(timer);
      setTypes(false);
    };
    const typing = (id: string) => {
      if (id !== chatId) return;
      clearTimeout(timer);
      setTypes(true);
      timer = setTimeout(stop, TYPING_MS);
    };
    const news = (ids: ReadonlySet<string>) => void (ids.has(chatId) && stop());
    const deaf = listenToChats({ typing, news });
    return () => (stop(), deaf());
  }, [chatId]);
  return types;
}
