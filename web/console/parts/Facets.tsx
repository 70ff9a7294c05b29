import { Link } from 'react-router';

export interface Facet {
  to: string;
  label: string;
  count: number | undefined;
  current: boolean;
}

/** 999 means "999 or more": counts are bounded. */
export const countText = (count: number | undefined): string =>
  count === undefined ? '' : count >= 999 ? '999+' : String(count);

export const Facets = ({ title, facets }: { title: string; facets: Facet[] }) => (
  <>
    <h2>{title}</h2>
    <nav aria-label={title}>
      {facets.map(({ to, label, count, current }) => (
        <Link key={to} to={to} {...(current ? { 'aria-current': 'true' as const } : {})}>
          {label}
          <em>{countText(count)}</em>
        </Link>
      ))}
    </nav>
  </>
);
