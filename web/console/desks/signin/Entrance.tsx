import type { ReactNode } from 'react';
import { useWords } from '../../lib/text.ts';

/** The page before the desk: seal, name, one column. */
interface Props {
  title: string;
  /** A second column where there is room. */
  demo?: boolean;
  children: ReactNode;
}
export function Entrance({ title, demo = false, children }: Props) {
  const { say } = useWords();
  return (
    <main className={demo ? 'entrance with-demo' : 'entrance'}>
      <header className="brand">
        <span className="seal" aria-hidden="true">
          汀
        </span>
        {say('app.name')}
      </header>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
