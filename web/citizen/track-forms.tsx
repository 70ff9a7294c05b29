/** @jsxImportSource hono/jsx */
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { Page } from './page.tsx';
import { Field, Hidden, Mistakes, Words } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import { PhotoField } from './photo-field.tsx';
import type { Photo } from './photo-field.tsx';
import { ORDER_PHOTOS } from './photos.ts';
import { SCRIPT } from './script.ts';
import { missingOf } from './track-pages.tsx';
import type { View } from './view.ts';

/** What is added to an order, as typed. */
export interface Added {
  /** The same from the first look to the last retry. */
  key: string;
  text: string;
  address: string;
  /** Ids of photos that were sent before. */
  photos: string[];
}

interface NoteProps {
  view: View;
  added: Added;
  photos: readonly Photo[];
  mistakes: readonly Mistake[];
  /** What the citizen was asked for; null where they add something of their own accord. */
  asked: CitizenOrder['supplement'];
}

/** Something to add to what was said: the question first, where there is one. */
export function NotePage({ view, added, photos, mistakes, asked }: NoteProps) {
  const { say } = view;
  const title = say(asked ? 'citizen.note.asked_title' : 'citizen.note.title');
  const asksPlace = asked?.missing.includes('address') ?? false;
  return (
    <Page {...{ view, title, mistaken: mistakes.length > 0, keep: 'f', script: SCRIPT.path }}>
      <form
        id="f"
        class="page-form"
        method="post"
        action="/track/note"
        enctype="multipart/form-data"
      >
        <div class="in">
          <Hidden values={{ key: added.key }} />
          <Mistakes view={view} list={mistakes} />
          <div>
            <h1>{title}</h1>
            <p class="sub">{say(asked ? 'citizen.note.asked_sub' : 'citizen.note.sub')}</p>
          </div>
          {asked && (
            <div class="said w">
              <Words text={asked.question} />
              <p>{say('citizen.track.asked_items', { missing: missingOf(view, asked) })}</p>
            </div>
          )}
          {asksPlace && (
            <Field
              {...{ view, mistakes, name: 'address', value: added.address }}
              label={say('citizen.submit.address')}
              note=""
              hint={say('citizen.submit.address_hint')}
              attributes={{ autocomplete: 'street-address' }}
            />
          )}
          <Field
            {...{ view, mistakes, name: 'text', value: added.text, rows: asked ? 4 : 6 }}
            label={say(asked ? 'citizen.note.asked_text' : 'citizen.note.text')}
            note=""
          />
          <PhotoField {...{ view, photos, mistakes, upload: ORDER_PHOTOS }} />
        </div>
        <div class="act">
          <div class="two">
            <a class="btn" href="/track/view">
              {say('citizen.back')}
            </a>
            <button class="btn p">{say('citizen.note.send')}</button>
          </div>
        </div>
      </form>
    </Page>
  );
}

interface WithdrawProps {
  view: View;
  order: CitizenOrder;
  wish: string;
  /** The version the citizen saw; a withdrawal must not overtake news. */
  version: number;
  mistakes: readonly Mistake[];
  isNews?: boolean;
}

/** Enough of the own words to know which request it is. */
const SHOWN_CHARS = 80;
const briefly = (text: string): string => {
  const all = [...text];
  return all.length > SHOWN_CHARS ? `${all.slice(0, SHOWN_CHARS).join('')}…` : text;
};

/** Asks once more: a withdrawal cannot be undone. */
export function WithdrawPage({ view, order, wish, version, mistakes, isNews }: WithdrawProps) {
  const { say } = view;
  const title = say('citizen.withdraw.title');
  return (
    <Page view={view} title={title} mistaken={mistakes.length > 0} keep="f">
      <form id="f" class="page-form" method="post" action="/track/withdraw">
        <div class="in">
          <Hidden values={{ version: String(version) }} />
          <Mistakes view={view} list={mistakes} />
          {isNews && (
            <p class="said w" role="status">
              {say('citizen.said.changed')}
            </p>
          )}
          <div>
            <h1>{title}</h1>
            <p class="sub">{say('citizen.withdraw.sub')}</p>
          </div>
          <div>
            <p class="sub">
              {say('citizen.track.tail')} <b class="strong">{order.orderNo.slice(-4)}</b>
            </p>
            <Words text={briefly(order.content)} />
          </div>
          <Field
            {...{ view, mistakes, name: 'wish', value: wish, rows: 3 }}
            label={say('citizen.withdraw.why')}
            note={say('citizen.optional')}
          />
        </div>
        <div class="act">
          <a class="btn p" href="/track/view">
            {say('citizen.withdraw.keep')}
          </a>
          <button class="btn no">{say('citizen.withdraw.send')}</button>
        </div>
      </form>
    </Page>
  );
}
