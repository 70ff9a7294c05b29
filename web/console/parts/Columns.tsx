import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../lib/text.ts';
import { useKeys } from '../lib/keys.ts';

interface Props {
  /** Class that gives the columns of this desk. */
  desk: string;
  left?: ReactNode;
  /** What the left column is: facets become chips on a phone, a queue becomes the first page. */
  leftIs?: 'facets' | 'queue';
  leftLabel?: string;
  /** Names the middle where nothing in it takes the focus, so that keys can scroll it. */
  mainLabel?: string;
  children: ReactNode;
  side?: ReactNode;
  sideLabel?: string;
  /** The side is a drawer below 1280; this says whether it is open. */
  sideOpen?: boolean;
  onSideClose?: () => void;
  /** On a phone the side follows below instead of lying on top. */
  sideFlows?: boolean;
  /** With a queue on the left: something is chosen, so a phone shows it. */
  chosen?: boolean;
}

/** The columns of a desk, with rules between them; below 1280 a drawer, below 768 one column. */
export function SplitColumns(props: Props) {
  const { desk, left, leftIs = 'facets', mainLabel, side, chosen = false } = props;
  const detail = leftIs === 'queue' ? (chosen ? 'detail' : 'no-detail') : '';
  return (
    <div className={`cols ${desk} ${detail}`}>
      {left && (
        <aside
          className={`col quiet ${leftIs === 'facets' ? 'facets' : 'queue'}`}
          aria-label={props.leftLabel}
        >
          {left}
        </aside>
      )}
      <section
        className="col main"
        {...(mainLabel !== undefined && { 'aria-label': mainLabel, tabIndex: 0 })}
      >
        {props.children}
      </section>
      {side && <Side {...props} />}
    </div>
  );
}

function Side({ side, sideLabel, sideOpen = false, sideFlows = false, onSideClose }: Props) {
  const { say } = useWords();
  const drawer = sideOpen && onSideClose !== undefined && innerWidth < 1280;
  useKeys(drawer ? [{ keys: 'Esc', label: 'keys.close', run: onSideClose, quiet: true }] : []);
  return (
    <aside
      className={`col quiet side ${sideOpen ? 'open' : ''} ${sideFlows ? 'flow' : ''}`}
      aria-label={sideLabel}
    >
      {onSideClose && (
        <div className="side-close">
          <Button type="text" onClick={onSideClose}>
            {say('common.close')}
          </Button>
        </div>
      )}
      {side}
    </aside>
  );
}

/** Opens the side where it is a drawer. */
export const SideOpener = ({ onOpen, children }: { onOpen: () => void; children: ReactNode }) => (
  <Button className="side-open" size="small" onClick={onOpen}>
    {children}
  </Button>
);
