import { Link, NavLink, useLocation } from 'react-router';
import type { Me } from '../../../src/identity/schema.ts';
import { useNow } from '../data/clock.ts';
import { holds, isCenterStaff } from '../data/session.tsx';
import { useWords } from '../lib/text.ts';
import { wallClock } from '../lib/time.ts';
import { countText } from '../parts/Facets.tsx';
import { Tag } from '../parts/Marks.tsx';
import { DESK_PATH, usePlaces, type Place } from './desks.ts';
import { Find } from './Find.tsx';
import { LiveDot } from './StatusLine.tsx';
import { NoticeMenu } from './NoticeMenu.tsx';
import { PersonMenu } from './PersonMenu.tsx';
import { SeatSign } from './SeatSign.tsx';

export function TopBar({ me, onHelp }: { me: Me; onHelp: () => void }) {
  const { say } = useWords();
  const places = usePlaces(me);
  return (
    <header className="top">
      <div className="brand">
        <Link to="/">
          <span className="seal" aria-hidden="true">
            汀
          </span>
          <span className="brand-name">{say('app.name')}</span>
        </Link>
        <small>{useDeskName(me, places)}</small>
      </div>
      {me.demo && <Tag kind="line">{say('frame.demo')}</Tag>}
      <nav className="nav" aria-label={say('frame.places')}>
        {places.map((place) => (
          <NavLink key={place.desk} to={place.to}>
            {say(place.label)} <em>{countText(place.count)}</em>
          </NavLink>
        ))}
      </nav>
      <Find keyed />
      <WallClock />
      <span className="phone-live xs">
        <LiveDot />
      </span>
      <SeatSign />
      <NoticeMenu />
      <PersonMenu me={me} places={places} onHelp={onHelp} />
    </header>
  );
}

/** People of a unit read its name, people of the centre the name of their desk. */
function useDeskName(me: Me, places: Place[]): string {
  const { say, name } = useWords();
  const { pathname } = useLocation();
  const here = places.find((place) => pathname.startsWith(DESK_PATH[place.desk]));
  const home = me.grants[0]?.organization;
  if (home && (!isCenterStaff(me) || here?.desk === 'inbox')) return name(home);
  if (here?.desk === 'operator' && !holds(me, 'operator')) return say('desk.orders_long');
  return say(here ? `desk.${here.desk}_long` : 'desk.orders_long');
}

function WallClock() {
  const { language } = useWords();
  const { time, day } = wallClock(useNow(1000), language);
  return (
    <div className="wall" role="timer" aria-live="off">
      <b>{time}</b>
      {day}
    </div>
  );
}
