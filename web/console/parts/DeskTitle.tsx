import { useTitle } from '../lib/title.ts';

/** The name of a desk: in the browser's tab, and as the heading that a screen reader finds. */
export function DeskTitle({ title }: { title: string }) {
  useTitle(title);
  return <h1 className="unseen">{title}</h1>;
}
