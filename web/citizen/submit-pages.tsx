/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import { TEXT_MAX } from '../../src/workorder/schema.ts';
import { DangerFirst } from './danger.tsx';
import type { Heard } from './danger.tsx';
import { IDLE } from './look.ts';
import { Page } from './page.tsx';
import { Field, Hidden, Mistakes, Option, Words } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import { Carried, PhotoField } from './photo-field.tsx';
import type { Photo } from './photo-field.tsx';
import { FORM_PHOTOS } from './photos.ts';
import { SCRIPT } from './script.ts';
import type { Typed } from './submit-form.ts';
import type { Say, View } from './view.ts';

export type Screen = 1 | 2 | 3;

interface ScreenProps {
  view: View;
  typed: Typed;
  mistakes: readonly Mistake[];
  photos: readonly Photo[];
  heard: Heard;
}

const FORM = 'f';
const OF_SCREEN: Record<Screen, readonly (keyof Typed)[]> = {
  1: ['content', 'address', 'photos'],
  2: ['who', 'name', 'phone', 'confidential', 'callback', 'public'],
  3: [],
};

/** Fields of the other screens, and the key; photos go beside them. */
const carried = (typed: Typed, screen: Screen): Record<string, string> => {
  const others = Object.entries({ ...typed, photos: '' }).filter(
    ([name, value]) => value !== '' && !OF_SCREEN[screen].includes(name as keyof Typed),
  );
  return Object.fromEntries(others);
};

interface StepProps extends ScreenProps {
  screen: Screen;
  title: string;
  sub: string;
  act: Child;
  children?: Child;
}

function Step({ view, typed, mistakes, heard, screen, title, sub, act, children }: StepProps) {
  const { say } = view;
  const isFirst = screen === 1;
  const script = isFirst || mistakes.length > 0 ? SCRIPT.path : undefined;
  const style = screen === 2 ? IDLE : undefined;
  // Only the first screen has files to bring along.
  const enctype = isFirst ? 'multipart/form-data' : undefined;
  return (
    <Page {...{ view, title, script, style, mistaken: mistakes.length > 0, keep: FORM }}>
      <form
        {...{ id: FORM, class: 'page-form', method: 'post', action: '/submit/next', enctype }}
        novalidate
      >
        <div class="in">
          <Hidden values={{ screen: String(screen), ...carried(typed, screen) }} />
          {!isFirst && typed.photos.map((id) => <Hidden values={{ photo: id }} />)}
          <Mistakes view={view} list={mistakes} />
          <DangerFirst view={view} danger={heard.danger} then="form" />
          <div>
            <p class="step">
              <span aria-hidden="true">
                {[1, 2, 3].map((n) => (
                  <i class={n <= screen ? 'on' : ''}></i>
                ))}{' '}
              </span>
              {say('citizen.submit.step', { n: screen })}
            </p>
            <h1>{title}</h1>
            <p class="sub">{sub}</p>
          </div>
          {children}
        </div>
        <div class="act">{act}</div>
      </form>
    </Page>
  );
}

const countOf = (say: Say, typed: string): string => {
  const left = TEXT_MAX.content - typed.trim().length;
  if (left === TEXT_MAX.content) return say('citizen.submit.count', { n: left });
  return left >= 0
    ? say('citizen.submit.count_left', { n: left })
    : say('citizen.submit.count_over', { n: -left });
};

/** First screen: what happened, and where. */
export function WhatScreen(props: ScreenProps) {
  const { view, typed, mistakes, photos } = props;
  const { say } = view;
  const act = (
    <>
      <button class="btn p">{say('citizen.submit.next')}</button>
      {view.size !== 'normal' && (
        <a class="btn" href="tel:12345">
          {say('citizen.call_help')}
        </a>
      )}
      <p class="hint">{say('citizen.submit.emergency')}</p>
    </>
  );
  return (
    <Step
      {...{ ...props, act, screen: 1 }}
      title={say('citizen.submit.what_title')}
      sub={say('citizen.submit.what_sub')}
    >
      <Field
        {...{ view, mistakes, name: 'content', value: typed.content, rows: 6, required: true }}
        label={say('citizen.submit.content')}
        note={say('citizen.required')}
        count={countOf(say, typed.content)}
        max={TEXT_MAX.content}
        countWords={{
          'data-left': say('citizen.submit.count_left'),
          'data-over': say('citizen.submit.count_over'),
        }}
        hint={say('citizen.submit.content_hint')}
      />
      <Field
        {...{ view, mistakes, name: 'address', value: typed.address }}
        label={say('citizen.submit.address')}
        note={say('citizen.optional')}
        hint={say('citizen.submit.address_hint')}
        attributes={{ autocomplete: 'street-address' }}
      />
      <PhotoField {...{ view, photos, mistakes, upload: FORM_PHOTOS }} />
    </Step>
  );
}

const Explained = ({ title, sub, why }: { title: string; sub: string; why?: string | false }) => (
  <span>
    {title}
    <small>{sub}</small>
    {why && <small class="why">{why}</small>}
  </span>
);

const WISHES = ['confidential', 'callback', 'public'] as const;

/** Second screen: who asks, and how they want to be treated. */
export function WhoScreen(props: ScreenProps) {
  const { view, typed, mistakes, heard } = props;
  const { say } = view;
  const act = <Onward say={say} />;
  return (
    <Step
      {...{ ...props, act, screen: 2 }}
      title={say('citizen.submit.who_title')}
      sub={say('citizen.submit.who_sub')}
    >
      <fieldset class="field">
        <legend>{say('citizen.submit.who')}</legend>
        <div class="list">
          {(['named', 'anonymous'] as const).map((who) => (
            <Option type="radio" name="who" value={who} checked={typed.who === who} look="dot">
              <Explained
                title={say(`citizen.submit.${who}`)}
                sub={say(`citizen.submit.${who}_sub`)}
              />
            </Option>
          ))}
        </div>
      </fieldset>
      <Field
        {...{ view, mistakes, name: 'phone', value: typed.phone }}
        label={say('citizen.submit.phone')}
        note={say('citizen.submit.phone_note')}
        idle={say('citizen.submit.anonymous_idle')}
        attributes={{ type: 'tel', inputmode: 'tel', autocomplete: 'tel' }}
      />
      <Field
        {...{ view, mistakes, name: 'name', value: typed.name }}
        label={say('citizen.submit.name')}
        note={say('citizen.optional')}
        hint={say('citizen.submit.name_hint')}
        idle={say('citizen.submit.anonymous_idle')}
        attributes={{ autocomplete: 'name' }}
      />
      <Wishes view={view} typed={typed} secret={heard.secret} />
    </Step>
  );
}

interface WishesProps {
  view: View;
  typed: Typed;
  /** The words ask for secrecy: said, not ticked in silence. */
  secret: boolean;
}

function Wishes({ view, typed, secret }: WishesProps) {
  const { say } = view;
  return (
    <fieldset class="field">
      <legend>
        {say('citizen.submit.wishes')} <small>{say('citizen.optional')}</small>
      </legend>
      {secret && <p class="said">{say('citizen.submit.secret_heard')}</p>}
      <div class={secret ? 'list mt' : 'list'}>
        {WISHES.map((w) => (
          <Option
            {...{ type: 'checkbox', name: w, value: 'on', checked: typed[w] === 'on', look: 'box' }}
            kind={w === 'callback' ? (secret ? 'off' : 'ask') : undefined}
          >
            <Explained
              title={say(`citizen.submit.${w}`)}
              sub={say(
                `citizen.submit.${w}_${w === 'callback' && secret ? 'idle' : 'sub'}` as TextKey,
              )}
              why={w === 'callback' && !secret && say('citizen.submit.callback_idle')}
            />
          </Option>
        ))}
      </div>
    </fieldset>
  );
}

const Onward = ({ say }: { say: Say }) => (
  <div class="two">
    <button class="btn" name="go" value="1" formnovalidate>
      {say('citizen.submit.prev')}
    </button>
    <button class="btn p">{say('citizen.submit.next')}</button>
  </div>
);

interface FactProps {
  label: string;
  edit: string;
  screen: Screen;
  children?: Child;
}

const Fact = ({ label, edit, screen, children }: FactProps) => (
  <div>
    <dt class="row">
      {label}
      <button class="lk u" name="go" value={String(screen)} formnovalidate>
        {edit}
      </button>
    </dt>
    {children}
  </div>
);

/** Wishes that will count: who cannot be reached is not asked afterwards. */
function wishesOf(say: Say, typed: Typed, secret: boolean): string[] {
  const isSecret = secret || typed.confidential === 'on';
  const counts = {
    confidential: isSecret,
    callback: typed.callback === 'on' && typed.who === 'named' && !isSecret,
    public: typed.public === 'on',
  };
  return WISHES.filter((w) => counts[w]).map((w) => say(`citizen.submit.${w}`));
}

/** Who comes to help has to find it: asked for once more where the danger has no place yet. */
const WhereNow = ({ view, typed, mistakes }: ScreenProps) => (
  <Field
    {...{ view, mistakes, name: 'address', value: typed.address }}
    label={view.say('citizen.danger.where')}
    note={view.say('citizen.optional')}
    hint={view.say('citizen.danger.where_hint')}
    attributes={{ autocomplete: 'street-address' }}
  />
);

/** Third screen: everything once more, then it is sent. */
export function CheckScreen(props: ScreenProps) {
  const { view, typed, photos, heard } = props;
  const { say } = view;
  const wishes = wishesOf(say, typed, heard.secret);
  const act = (
    <>
      <button class="btn p" id="send" name="go" value="send">
        {say('citizen.submit.send')}
      </button>
      <p class="hint">{say('citizen.submit.send_hint')}</p>
    </>
  );
  return (
    <Step
      {...{ ...props, act, screen: 3 }}
      title={say('citizen.submit.check_title')}
      sub={say('citizen.submit.check_sub')}
    >
      {heard.danger && !heard.placed && <WhereNow {...props} />}
      <dl class="facts">
        <Fact
          label={say('citizen.submit.content')}
          edit={say('citizen.submit.edit_what')}
          screen={1}
        >
          <dd>
            <Words text={typed.content.trim()} />
          </dd>
          <dd class="sub">{typed.address.trim() || say('citizen.submit.not_given')}</dd>
          {photos.length > 0 && (
            <dd>
              <Carried view={view} photos={photos} />
            </dd>
          )}
        </Fact>
        <Fact
          label={say('citizen.submit.contact')}
          edit={say('citizen.submit.edit_who')}
          screen={2}
        >
          {typed.who === 'anonymous' ? (
            <dd>{say('citizen.submit.anonymous_said')}</dd>
          ) : (
            <dd>
              {typed.name.trim()} {typed.phone.trim()}
            </dd>
          )}
          <dd class="sub">
            {wishes.length > 0 ? wishes.join(' · ') : say('citizen.submit.no_wishes')}
          </dd>
        </Fact>
      </dl>
    </Step>
  );
}
