/** What was just done, in one calm line; the next act takes it away. */
import { useEffect } from 'react';
import { doneStore } from '../data/done.ts';
import { useStore } from '../lib/store.ts';
import { useWords } from '../lib/text.ts';

export function DoneLine() {
  const { say } = useWords();
  const done = useStore(doneStore);
  useEffect(() => {
    // What was done on another screen is not told here.
    doneStore.set(null);
    return () => doneStore.set(null);
  }, []);
  return (
    <div role="status">{done && <p className="note ok">✓ {say(done.key, done.values)}</p>}</div>
  );
}
