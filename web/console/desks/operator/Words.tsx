import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type Ref,
} from 'react';
import { TEXT_MAX } from '../../../../src/contract.ts';
import type { Span } from '../../../../src/understanding/schema.ts';
import { useWords } from '../../lib/text.ts';
import { moveSpans, stretchesOf } from './words.ts';

export interface WordsHandle {
  focus(): void;
  /** Whether somebody is in the middle of typing: composing, or a key moments ago. */
  isBusy(): boolean;
  hasFocus(): boolean;
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  spans: readonly Span[];
  /** The words that the spans are of. */
  spansOf: string;
  large: boolean;
  label: string;
  handle: Ref<WordsHandle>;
}

/** Who typed this recently is still typing. */
const TYPING_MS = 1_200;

/**
 * The words as they are said, with the deciding ones underlined. The text field is never written to
 * while it is typed in, and while an input method composes nothing leaves it; the lines are drawn
 * behind it, by the same text set in the same type.
 */
export function Words({ value, onChange, spans, spansOf, large, label, handle }: Props) {
  const { say } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const composing = useRef(false);
  const typedAt = useRef(-Infinity);
  const [shown, setShown] = useState(value);
  useWriteBack(field, composing, value, setShown);
  useImperativeHandle(
    handle,
    () => ({
      focus: () => caretToEnd(field.current),
      isBusy: () => composing.current || performance.now() - typedAt.current < TYPING_MS,
      hasFocus: () => document.activeElement === field.current,
    }),
    [],
  );
  const take = useCallback(() => {
    const typed = field.current?.value ?? '';
    typedAt.current = performance.now();
    setShown(typed);
    if (!composing.current) onChange(typed);
  }, [onChange]);
  const lines = useMemo(
    () => stretchesOf(shown, moveSpans(spans, spansOf, shown)),
    [shown, spans, spansOf],
  );
  return (
    <div className={large ? 'words large' : 'words'}>
      <div className="words-lines" aria-hidden="true">
        {lines.map((line, i) =>
          line.of ? (
            <mark key={i} className={`of-${line.of}`}>
              {line.text}
            </mark>
          ) : (
            <span key={i}>{line.text}</span>
          ),
        )}
        {'\u200b'}
      </div>
      <textarea
        ref={field}
        autoFocus
        aria-label={label}
        maxLength={TEXT_MAX.content}
        placeholder={say('operator.words_hint')}
        defaultValue={shown}
        spellCheck={false}
        onInput={take}
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={() => {
          composing.current = false;
          take();
        }}
      />
    </div>
  );
}

/** What was changed elsewhere, such as a sentence taken over, is written into the field. */
function useWriteBack(
  field: React.RefObject<HTMLTextAreaElement | null>,
  composing: React.RefObject<boolean>,
  value: string,
  setShown: (text: string) => void,
): void {
  useEffect(() => {
    const area = field.current;
    if (!area || composing.current) return;
    // An untouched field follows its default by itself; a touched one is written.
    if (area.value !== value) area.value = value;
    setShown(value);
  }, [field, composing, value, setShown]);
}

function caretToEnd(area: HTMLTextAreaElement | null): void {
  area?.focus();
  area?.setSelectionRange(area.value.length, area.value.length);
}
