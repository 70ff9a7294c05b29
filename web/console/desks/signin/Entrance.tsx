import type { ReactNode } from 'react';
import { useWords } from '../../lib/text.ts';

/** The page before the desk: seal, name, one column. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  const { say } = useWords();
  return (
    <main className="entrance">
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
