import { Button } from 'antd';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useCanned, type CannedAnswer, type ChatDetail } from '../../data/chat.ts';
import { sayTyping } from '../../data/live.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Kbd, KeyButton } from '../../parts/Key.tsx';
import type { Outbox } from './outbox.ts';

interface Props {
  chat: ChatDetail;
  outbox: Outbox;
  /** Who only looks after it writes notes, and nothing to the citizen. */
  noteOnly: boolean;
}

const UNSAID = { text: '', note: false };
const TEXT_MAX = 4000;
const CANNED_SHOWN = 6;
const TYPING_EVERY_MS = 2000;

/** Enter sends, Shift+Enter goes on; `/` and a shortcut takes a prepared answer. */
export function Composer({ chat, outbox, noteOnly }: Props) {
  const { say, language } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  // What is half written stays while another chat is answered.
  const draft = useDraft(useMe().userId, `say.${chat.chatId}`, UNSAID);
  const { text } = draft.value;
  const setText = (words: string) => draft.set({ text: words });
  const setWants = (is: boolean) => draft.set({ note: is });
  const note = noteOnly || draft.value.note;
  const canned = useMatching(text, chat.language, note);
  const typed = useTyping(chat.chatId, note);
  const send = () => {
    if (!text.trim()) return;
    outbox.send(text.trim(), note);
    draft.clear();
    field.current?.focus();
  };
  const take = (answer: CannedAnswer) => {
    setText(wordsOf(answer, chat.language));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || canned.onKey(event, take)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    send();
  };
  useEffect(() => field.current?.focus(), []);
  useKeys([
    { keys: 'Alt+N', label: 'keys.chat_note', run: () => setWants(!note), off: noteOnly },
    { keys: 'Alt+I', label: 'keys.chat_photo', run: () => file.current?.click(), off: note },
    { keys: 'Alt+M', label: 'keys.chat_write', run: () => field.current?.focus(), quiet: true },
  ]);
  return (
    <div className={`chat-composer ${note ? 'hatch' : ''}`}>
      <Canned list={canned} language={chat.language} onTake={take} />
      <label className="xs mut" htmlFor={canned.id}>
        {say(note ? 'chat.note_label' : 'chat.write_label')}
      </label>
      <textarea
        id={canned.id}
        ref={field}
        rows={3}
        maxLength={TEXT_MAX}
        lang={language}
        value={text}
        placeholder={say(note ? 'chat.note_hint' : 'chat.write_hint')}
        role="combobox"
        aria-expanded={canned.found.length > 0}
        aria-controls={`${canned.id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={canned.chosen && `${canned.id}-${canned.chosen.id}`}
        onChange={(event) => {
          setText(event.target.value);
          typed();
        }}
        onPaste={(event) => {
          const picture = [...event.clipboardData.files].find((f) => f.type.startsWith('image/'));
          if (!picture || note) return;
          event.preventDefault();
          outbox.show(picture);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="row">
        <KeyButton type={note ? 'default' : 'primary'} keys="Enter" onClick={send}>
          {say(note ? 'chat.note_save' : 'chat.send')}
        </KeyButton>
        {!noteOnly && (
          <>
            <KeyButton keys="Alt+N" aria-pressed={note} onClick={() => setWants(!note)}>
              {say('chat.note')}
            </KeyButton>
            <KeyButton keys="Alt+I" disabled={note} onClick={() => file.current?.click()}>
              {say('chat.send_photo')}
            </KeyButton>
            <Button disabled={note} onClick={() => (setText('/'), field.current?.focus())}>
              {say('chat.canned_use')} <Kbd keys="/" />
            </Button>
          </>
        )}
        <input
          ref={file}
          type="file"
          hidden
          accept="image/jpeg,image/png,image/webp"
          aria-label={say('chat.send_photo')}
          onChange={(event) => {
            for (const one of event.target.files ?? []) outbox.show(one);
            event.target.value = '';
          }}
        />
      </div>
    </div>
  );
}

/** The words for this citizen; where nobody wrote them in their language, the Chinese ones. */
const wordsOf = ({ zh, en }: CannedAnswer, language: string) => (language === 'en' && en ? en : zh);

/** Tells the citizen that somebody is typing, now and then. */
function useTyping(chatId: string, note: boolean): () => void {
  const told = useRef(-Infinity);
  return () => {
    const now = performance.now();
    if (note || now - told.current < TYPING_EVERY_MS) return;
    told.current = now;
    sayTyping(chatId);
  };
}

interface Matching {
  id: string;
  found: CannedAnswer[];
  chosen: CannedAnswer | undefined;
  /** Moves in the list and takes from it; true where the key was meant for it. */
  onKey(event: KeyboardEvent, take: (answer: CannedAnswer) => void): boolean;
}

/** Prepared answers whose shortcut begins with what stands behind the stroke, then those that hold it. */
function useMatching(text: string, language: string, off: boolean): Matching {
  const id = useId();
  const { data } = useCanned();
  const [at, setAt] = useState(0);
  const [put, setPut] = useState('');
  const wanted = /^\/(\S*)$/.exec(text)?.[1]?.toLowerCase();
  const found = useMemo(() => {
    if (wanted === undefined || off || put === text) return [];
    const all = data ?? [];
    const begins = all.filter((a) => a.shortcut.startsWith(wanted));
    const holds = all.filter((a) => !begins.includes(a) && wordsOf(a, language).includes(wanted));
    return [...begins, ...holds].slice(0, CANNED_SHOWN);
  }, [data, wanted, off, put, text, language]);
  const chosen = found[Math.min(at, found.length - 1)];
  const onKey: Matching['onKey'] = (event, take) => {
    if (!chosen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((found.indexOf(chosen) + step + found.length) % found.length);
    else if (event.key === 'Enter' || event.key === 'Tab') take(chosen);
    else if (event.key === 'Escape') setPut(text);
    else return false;
    if (!step) setAt(0);
    event.preventDefault();
    return true;
  };
  return { id, found, chosen, onKey };
}

interface CannedProps {
  list: Matching;
  language: string;
  onTake: (answer: CannedAnswer) => void;
}

function Canned({ list, language, onTake }: CannedProps) {
  const { say } = useWords();
  return (
    <ul
      id={`${list.id}-list`}
      role="listbox"
      aria-label={say('chat.canned')}
      className="chat-canned"
      hidden={list.found.length === 0}
    >
      {list.found.map((answer) => (
        <li
          key={answer.id}
          id={`${list.id}-${answer.id}`}
          role="option"
          aria-selected={answer === list.chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(answer);
          }}
        >
          <b>/{answer.shortcut}</b>
          <span className="cut">{wordsOf(answer, language)}</span>
        </li>
      ))}
    </ul>
  );
}
