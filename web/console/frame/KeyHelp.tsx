import { Fragment, useEffect, useRef } from 'react';
import { Button } from 'antd';
import { activeKeys } from '../lib/keys.ts';
import { useWords } from '../lib/text.ts';

/** All keys of this screen. Esc closes it; it asks nothing. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="key-help" onClose={onClose} aria-labelledby="key-help-title">
      <h2 id="key-help-title">{say('keys.all')}</h2>
      <dl className="sm">
        {activeKeys().map((binding) => (
          <Fragment key={binding.keys + binding.label}>
            <dt>
              <kbd>{binding.keys.replace('+', ' ')}</kbd>
            </dt>
            <dd className={binding.off ? 'mut' : ''}>{say(binding.label)}</dd>
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
