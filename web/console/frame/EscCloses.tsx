import { useKeys } from '../lib/keys.ts';

/** Esc closes what was opened last: mounted with a menu, it comes before the Esc of the screen behind. */
export function EscCloses({ onClose }: { onClose: () => void }) {
  useKeys([{ keys: 'Esc', label: 'keys.close', run: onClose, quiet: true }]);
  return null;
}
