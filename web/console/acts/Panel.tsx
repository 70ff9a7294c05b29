import type { ReactNode } from 'react';
import type { Opened } from './opened.ts';

interface Props {
  panel: Opened;
  /** It was asked for, and is not put away yet. */
  open: boolean;
  children: ReactNode;
}

const FLAT = { display: 'contents' } as const;

/** Around the form of an act; while it is open its letters are words, not shortcuts. */
export const Panel = ({ panel, open, children }: Props) => (
  <div ref={panel.ref} style={FLAT} {...(open ? { 'data-panel': '' } : {})}>
    {children}
  </div>
);
