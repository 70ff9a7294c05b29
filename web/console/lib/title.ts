import { useEffect } from 'react';
import { useWords } from './text.ts';

/** The name of the page in the browser's tab. */
export function useTitle(title: string): void {
  const { say } = useWords();
  const app = say('app.name');
  useEffect(() => {
    document.title = title ? `${title} · ${app}` : app;
  }, [title, app]);
}
