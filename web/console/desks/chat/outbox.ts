/** What the operator wrote and the server has not confirmed: sent in order, once, kept until it is there. */
import { useEffect, useRef, useState } from 'react';
import { noteInChat, refreshChats, sayInChat, showInChat } from '../../data/chat.ts';
import { asProblem, type Problem } from '../../data/problem.ts';
import { newKey } from '../../lib/random.ts';

export interface Unsent {
  id: string;
  text: string;
  note: boolean;
  file?: File;
  problem?: Problem;
}

export interface Outbox {
  unsent: readonly Unsent[];
  send(text: string, note: boolean): void;
  show(file: File): void;
  again(id: string): void;
  drop(id: string): void;
}

const post = (chatId: string, { id, text, note, file }: Unsent) => {
  if (file) return showInChat(chatId, id, file);
  return note ? noteInChat(chatId, id, text) : sayInChat(chatId, id, text);
};

/** @param has ids that the conversation shows already. */
export function useOutbox(chatId: string, has: ReadonlySet<string>): Outbox {
  const [unsent, setUnsent] = useState<Unsent[]>([]);
  const sending = useRef(false);
  const next = unsent.find((one) => !one.problem && !has.has(one.id));
  useEffect(() => {
    if (!next || sending.current) return;
    sending.current = true;
    const done = (change: (all: Unsent[]) => Unsent[]) => {
      sending.current = false;
      setUnsent(change);
    };
    post(chatId, next)
      .then(() => refreshChats())
      .then(
        () => done((all) => all.filter(({ id }) => id !== next.id)),
        (error: unknown) => {
          const problem = asProblem(error)!;
          done((all) => all.map((one) => (one.id === next.id ? { ...one, problem } : one)));
        },
      );
  });
  const add = (one: Omit<Unsent, 'id'>) => setUnsent((all) => [...all, { ...one, id: newKey() }]);
  return {
    unsent: unsent.filter(({ id }) => !has.has(id)),
    send: (text, note) => add({ text, note }),
    show: (file) => add({ text: '', note: false, file }),
    again: (wanted) =>
      setUnsent((all) =>
        all.map((one) => {
          if (one.id !== wanted) return one;
          const { problem: _, ...fresh } = one;
          return fresh;
        }),
      ),
    drop: (wanted) => setUnsent((all) => all.filter(({ id }) => id !== wanted)),
  };
}
