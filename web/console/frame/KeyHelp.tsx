import { Fragment, useEffect, useRef } from 'react';
import { Button } from 'antd';
import type { TextKey } from '../../../src/contract.ts';
import { activeKeys, keysChanged, type KeyBinding } from '../lib/keys.ts';
import { useStore } from '../lib/store.ts';
import { useWords } from '../lib/text.ts';

/**
 * Each key once: with the meaning that it has now, or where it has none with each that it may have.
 * What was declared last is what the key does.
 */
function listed(): KeyBinding[] {
  const known = new Map<string, KeyBinding>();
  const works = new Map<string, TextKey>();
  for (const binding of activeKeys()) {
    if (!binding.off) works.set(binding.keys, binding.label);
    const id = `${binding.keys} ${binding.label}`;
    if (known.get(id)?.off !== false) known.set(id, { ...binding, off: binding.off === true });
  }
  return [...known.values()].filter((b) => (works.get(b.keys) ?? b.label) === b.label);
}

/** All keys of this screen, also those that are not possible now. Esc closes it; it asks nothing. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  useStore(keysChanged);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="key-help" onClose={onClose} aria-labelledby="key-help-title">
      <h2 id="key-help-title">{say('keys.all')}</h2>
      <dl className="sm">
        {listed().map((binding) => (
          <Fragment key={binding.keys + binding.label}>
            <dt className={binding.off ? 'off' : ''}>
              <kbd>{binding.keys.replace('+', ' ')}</kbd>
            </dt>
            <dd className={binding.off ? 'mut' : ''}>
              {say(binding.alone ?? binding.label)}
              {binding.off && <span className="xs"> ({say('keys.off')})</span>}
            </dd>
          </Fragment>
        ))}
      </dl>
      <p className="xs mut">{say('keys.rule')}</p>
      <form method="dialog">
        <Button htmlType="submit">{say('common.close')}</Button>
      </form>
    </dialog>
  );
}
