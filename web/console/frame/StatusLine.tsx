import { useIsFetching } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { serverNow } from '../data/clock.ts';
import { useLive } from '../data/live.ts';
import { activeKeys, keysChanged, type KeyBinding } from '../lib/keys.ts';
import { createStore, useStore } from '../lib/store.ts';
import { useWords } from '../lib/text.ts';
import { hourText } from '../lib/time.ts';

/** Connection and freshness, in a word and a shape. */
export function LiveDot() {
  const { say } = useWords();
  const { state } = useLive();
  return <span className={`live ${state === 'live' ? '' : state}`}>{say(`live.${state}`)}</span>;
}

const freshnessStore = createStore<ReactNode>(null);

/** A screen that knows better how fresh it is says so itself. */
export function useFreshness(node: ReactNode): void {
  useEffect(() => freshnessStore.set(node));
  useEffect(() => () => freshnessStore.set(null), []);
}

/** Connection and freshness on the left, the keys of this screen on the right. */
export function StatusLine({ onHelp }: { onHelp: () => void }) {
  const { say } = useWords();
  const { state, since } = useLive();
  const read = useLastRead();
  const freshness = useStore(freshnessStore);
  useStore(keysChanged);
  return (
    <footer className="foot">
      {freshness ?? (
        <span role="status">
          <LiveDot />
          {state === 'stale'
            ? say('live.since', { time: hourText(since) })
            : read > 0 && say('live.read', { time: hourText(read) })}
        </span>
      )}
      <span className="keys">
        {shownKeys().map((binding) => (
          <span key={binding.keys}>
            <kbd>{(binding.shown ?? binding.keys).replace('+', ' ')}</kbd> {say(binding.label)}
          </span>
        ))}
        <button type="button" onClick={onHelp}>
          <kbd>F1</kbd> {say('keys.all')}
        </button>
      </span>
    </footer>
  );
}

const KEYS_MAX = 6;
const shownKeys = (): KeyBinding[] =>
  activeKeys()
    .filter((b) => !b.quiet && !b.off && b.keys !== '?' && b.keys !== '/')
    .slice(0, KEYS_MAX);

/** When something on screen was last read, by the server's clock. */
function useLastRead(): number {
  const fetching = useIsFetching();
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (fetching === 0) setAt(serverNow());
  }, [fetching]);
  return at;
}
