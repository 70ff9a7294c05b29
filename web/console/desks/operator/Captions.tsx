import { useEffect, useMemo, useState } from 'react';
import type { DeskCall } from '../../data/calls.ts';
import { serverNow } from '../../data/clock.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { sentencesOf } from './words.ts';

/** How fast people talk on the telephone, ms for each character. */
const SPOKEN_MS = 140;
const BREATH_MS = 500;

/** What the caller of the demo says, sentence by sentence as it would be heard. */
function useHeard(call: DeskCall): { heard: string[]; over: boolean } {
  const sentences = useMemo(() => sentencesOf(call.said), [call.said]);
  const since = Date.parse(call.answeredAt ?? call.enteredAt);
  const [now, setNow] = useState(serverNow);
  const starts = useMemo(() => startsOf(sentences), [sentences]);
  const heard = starts.filter((start) => since + start <= now).length;
  useEffect(() => {
    const start = starts[heard];
    if (start === undefined) return;
    const timer = setTimeout(() => setNow(serverNow()), Math.max(20, since + start - serverNow()));
    return () => clearTimeout(timer);
  }, [starts, heard, since, now]);
  return { heard: sentences.slice(0, heard), over: heard === sentences.length };
}

/** When each sentence begins, ms after the call was answered. */
function startsOf(sentences: string[]): number[] {
  let at = BREATH_MS;
  return sentences.map((sentence) => {
    const start = at;
    at += sentence.length * SPOKEN_MS;
    return start;
  });
}

interface Props {
  call: DeskCall;
  content: string;
  onTake: (content: string) => void;
}

/** 来电人在说: heard, not written; one key takes over what is not in the text yet. */
export function Captions({ call, content, onTake }: Props) {
  const { say } = useWords();
  const { heard, over } = useHeard(call);
  const left = heard.filter((sentence) => !content.includes(sentence));
  const take = () => onTake(content + left.join(''));
  useKeys([{ keys: 'Alt+K', label: 'keys.take_words', run: take, off: left.length === 0 }]);
  if (over && left.length === 0) return null;
  return (
    <section className="captions" aria-label={say('call.says')}>
      <span className="xs mut">{say('call.says')}</span>
      <p aria-live="polite">
        {heard.map((sentence, i) => (
          <span key={i} className={content.includes(sentence) ? 'mut' : ''}>
            {sentence}
          </span>
        ))}
        {heard.length === 0 && <span className="mut">……</span>}
      </p>
      <KeyButton size="small" keys="Alt+K" disabled={left.length === 0} onClick={take}>
        {say('call.take_words')}
      </KeyButton>
    </section>
  );
}
