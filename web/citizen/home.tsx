/** @jsxImportSource hono/jsx */
import { Page } from './page.tsx';
import type { View } from './view.ts';

const EMERGENCY = ['119', '120', '110'] as const;

/** The front door: two things to do, and whom to call when there is no time for a form. */
export const Home = ({ view }: { view: View }) => {
  const { say } = view;
  return (
    <Page view={view} title={say('citizen.home.title')}>
      <div class="in">
        <div>
          <h1>{say('citizen.home.title')}</h1>
          <p class="sub mt">{say('citizen.home.sub')}</p>
        </div>
        <div class="doors">
          <a class="btn p" href="/submit">
            {say('citizen.home.submit')}
            <small>{say('citizen.home.submit_sub')}</small>
          </a>
          <a class="btn" href="/track">
            {say('citizen.home.track')}
            <small>{say('citizen.home.track_sub')}</small>
          </a>
        </div>
        <div class="said w">
          <p>{say('citizen.home.emergency')}</p>
          <div class="three">
            {EMERGENCY.map((number) => (
              <a class="btn" href={`tel:${number}`}>
                <b>{number}</b>
                <small>{say(`citizen.home.${number}`)}</small>
              </a>
            ))}
          </div>
        </div>
      </div>
      <div class="act">
        <a class="btn" href="tel:12345">
          {say('citizen.call')}
        </a>
        <p class="hint">{say('citizen.no_fee')}</p>
      </div>
    </Page>
  );
};
