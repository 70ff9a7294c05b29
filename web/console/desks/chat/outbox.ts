/**
 * What the operator wrote and the server has not confirmed: sent in order, once, and kept while
 * another chat is on screen.
 */
import { noteInChat, refreshChats, sayInChat, showInChat } from '../../data/chat.ts';
import { asProblem, type Problem } from '../../data/problem.ts';
import { newKey } from '../../lib/random.ts';
import { createStore, useStore } from '../../lib/store.ts';

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

class Box {
  readonly store = createStore<readonly Unsent[]>([]);
  readonly #chatId: string;
  #isSending = false;

  constructor(chatId: string) {
    this.#chatId = chatId;
  }

  add(one: Omit<Unsent, 'id'>): void {
    this.store.set([...this.store.get(), { ...one, id: newKey() }]);
    void this.#pump();
  }

  drop(id: string): void {
    this.store.set(this.store.get().filter((one) => one.id !== id));
  }

  again(id: string): void {
    this.store.set(
      this.store.get().map((one) => {
        const { problem: _, ...fresh } = one;
        return one.id === id ? fresh : one;
      }),
    );
    void this.#pump();
  }

  /** One after the other; the id makes a second try the same message. */
  async #pump(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (;;) {
      const next = this.store.get().find((one) => !one.problem);
      if (!next) break;
      try {
        await post(this.#chatId, next);
        await refreshChats(new Set([this.#chatId]));
        this.drop(next.id);
      } catch (error) {
        const problem = asProblem(error)!;
        this.store.set(
          this.store.get().map((one) => (one.id === next.id ? { ...one, problem } : one)),
        );
      }
    }
    this.#isSending = false;
  }
}

const boxes = new Map<string, Box>();

function boxOf(chatId: string): Box {
  const box = boxes.get(chatId) ?? new Box(chatId);
  boxes.set(chatId, box);
  return box;
}

/** @param has ids that the conversation shows already. */
export function useOutbox(chatId: string, has: ReadonlySet<string>): Outbox {
  const box = boxOf(chatId);
  return {
    unsent: useStore(box.store).filter(({ id }) => !has.has(id)),
    send: (text, note) => box.add({ text, note }),
    show: (file) => box.add({ text: '', note: false, file }),
    again: (id) => box.again(id),
    drop: (id) => box.drop(id),
  };
}
