import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { NavLink, useLocation } from 'react-router';
import { LANGUAGES, type Language } from '../../../src/contract.ts';
import type { Me } from '../../../src/identity/schema.ts';
import * as api from '../data/api.ts';
import { asProblem, type Problem } from '../data/problem.ts';
import { forgetSession, queryClient } from '../data/queries.ts';
import { languageStore, THEMES, themeStore, useTheme } from '../lib/prefs.ts';
import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { countText } from '../parts/Facets.tsx';
import { ProblemNotice } from '../parts/States.tsx';
import type { Place } from './desks.ts';
import { Find } from './Find.tsx';
import { EscCloses } from './EscCloses.tsx';
import { forgetReceipts } from '../lib/storage.ts';
import { useOutside } from './useOutside.ts';

interface Props {
  me: Me;
  places: Place[];
  onHelp: () => void;
}

/** Who is signed in; language, light or dark, sign-out. On a phone also the places. */
export function PersonMenu({ me, places, onHelp }: Props) {
  const { say, name } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setOpen(false), [pathname]);
  useOutside(box, () => setOpen(false));
  const first = me.grants[0];
  return (
    <div className="who" ref={box}>
      <button
        type="button"
        className="who-open"
        aria-expanded={open}
        aria-controls="person-menu"
        onClick={() => setOpen(!open)}
      >
        {me.name}
        <small>{first && say(`role.${first.role}`)}</small>
      </button>
      {open && (
        <div className="float menu" id="person-menu">
          <EscCloses onClose={() => setOpen(false)} />
          <Find />
          <nav className="places" aria-label={say('frame.places')}>
            {places.map((place) => (
              <NavLink key={place.desk} to={place.to}>
                {say(place.label)} <em>{countText(place.count)}</em>
              </NavLink>
            ))}
          </nav>
          <ul className="menu-grants sm">
            {me.grants.map(({ role, organization }) => (
              <li key={role + organization.id}>
                {say(`role.${role}`)} <span className="mut">{name(organization)}</span>
              </li>
            ))}
          </ul>
          <Preferences />
          <div className="row between">
            <Button type="text" onClick={onHelp}>
              {say('keys.all')}
            </Button>
            <SignOut />
          </div>
        </div>
      )}
    </div>
  );
}

export function Preferences() {
  const { say, language } = useWords();
  const theme = useTheme();
  return (
    <>
      <Choice<Language>
        label={say('prefs.language')}
        value={language}
        look="fill"
        onChange={(value) => {
          languageStore.set(value);
          void queryClient.invalidateQueries();
        }}
        options={LANGUAGES.map((value) => ({
          value,
          label: <span lang={value}>{say(`prefs.language_${value}`)}</span>,
        }))}
      />
      <Choice
        label={say('prefs.theme')}
        value={theme}
        look="fill"
        onChange={themeStore.set}
        options={THEMES.map((value) => ({ value, label: say(`prefs.theme_${value}`) }))}
      />
    </>
  );
}

function SignOut() {
  const { say } = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const leave = async () => {
    setBusy(true);
    try {
      await api.signOut();
      forgetReceipts();
      forgetSession();
    } catch (error) {
      const failure = asProblem(error);
      if (failure?.code === 'not_signed_in') return forgetSession();
      setProblem(failure);
      setBusy(false);
    }
  };
  return (
    <>
      <Button loading={busy} onClick={() => void leave()}>
        {say('session.sign_out')}
      </Button>
      <ProblemNotice problem={problem} kind="sign_out" />
    </>
  );
}
