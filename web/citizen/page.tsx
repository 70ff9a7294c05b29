/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { DemoLine } from './demo-line.tsx';
import { FILES, LOOK } from './look.ts';
import type { Size, View } from './view.ts';

/** The mark of the city, as a picture that needs no further request. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 26 26'%3E%3Crect width='26' height='26' rx='4' fill='%230958d9'/%3E%3Ctext x='13' y='19' font-size='16' text-anchor='middle' fill='%23fff'%3E汀%3C/text%3E%3C/svg%3E";

interface PageProps {
  view: View;
  title: string;
  /** The page asks to have something mended; said first in the title, where a reader hears it. */
  mistaken?: boolean;
  /** Id of the form that holds what was typed: choosing size or language must not lose it. */
  keep?: string;
  /** Where the choices of an error page lead, which has no address of its own. */
  choiceAt?: string;
  /** Address of a script that makes the page handier; without it everything works as well. */
  script?: string | undefined;
  /** Style that only this page needs. */
  style?: string | undefined;
  /** Where the whole chat stands in the page; else it has a button in the head. */
  chatInto?: string;
  children?: Child;
}

/** Size of the chat's type on a page of this size. */
const CHAT_SIZE: Record<Size, string> = { normal: '16px', large: '22px', huge: '27px' };

/** The chat comes with its script: without JavaScript there is no button. */
const ChatScript = ({ view, into }: { view: View; into: string | undefined }) => (
  <script
    src="/chat/widget.js"
    nonce={view.nonce}
    defer
    data-size={CHAT_SIZE[view.size]}
    data-button="#chat-door"
    data-into={into}
  />
);

/** Frame of every page: head with the inlined style, mark, choices of language and size. */
export function Page({
  view,
  title,
  mistaken,
  keep,
  choiceAt,
  script,
  style,
  chatInto,
  children,
}: PageProps) {
  const { say } = view;
  const edition = { normal: '', large: 'elder', huge: 'elder huge' }[view.size];
  const css = `${LOOK}${script ? FILES : ''}${style ?? ''}`;
  const mended = mistaken ? `${say('citizen.mistake_title')} · ` : '';
  return (
    <html lang={view.language} class={edition}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="format-detection" content="telephone=no" />
        <title>{`${mended}${title} · ${say('app.name')}`}</title>
        <link rel="icon" href={ICON} />
        <style nonce={view.nonce} dangerouslySetInnerHTML={{ __html: css }} />
        {script && <script src={script} nonce={view.nonce} defer />}
        {view.chat && <ChatScript view={view} into={chatInto} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {say('citizen.skip')}
        </a>
        <div class="page">
          <DemoLine view={view} />
          <Head view={view} keep={keep} choiceAt={choiceAt} />
          <SizePick view={view} keep={keep} choiceAt={choiceAt} />
          <main id="main" tabindex={-1}>
            {children}
          </main>
        </div>
      </body>
    </html>
  );
}

interface ChoiceProps {
  view: View;
  keep?: string | undefined;
  choiceAt?: string | undefined;
}

function Head({ view, keep, choiceAt }: ChoiceProps) {
  const { say } = view;
  const other = view.language === 'en' ? 'zh-CN' : 'en';
  const elder = view.size !== 'normal';
  return (
    <header>
      {/* Enter in a field presses the first button of its form: that must be the form's own. */}
      {keep && <button class="vh" form={keep} tabindex={-1} aria-hidden="true" />}
      <a href="/">
        <i aria-hidden="true">汀</i>
        {say('app.name')}
      </a>
      <div>
        {view.chat && <span id="chat-door" />}
        <Choice name="lang" value={other} keep={keep} choiceAt={choiceAt} lang={other}>
          {say('citizen.language')}
        </Choice>
        <Choice name="size" value={elder ? 'normal' : 'large'} keep={keep} choiceAt={choiceAt}>
          {say(elder ? 'citizen.size.normal' : 'citizen.size.large')}
        </Choice>
      </div>
    </header>
  );
}

interface OneChoice {
  name: string;
  value: string;
  keep?: string | undefined;
  choiceAt?: string | undefined;
  lang?: string;
  class?: string;
  current?: boolean;
  children?: Child;
}

/** A link where nothing was typed; else a button that takes the form along. */
function Choice({ name, value, keep, choiceAt, lang, current, children, ...rest }: OneChoice) {
  const marks = { class: rest.class ?? 'lk', lang, 'aria-current': current ? 'true' : undefined };
  return keep ? (
    <button {...marks} form={keep} name={name} value={value} formnovalidate>
      {children}
    </button>
  ) : (
    <a {...marks} href={`${choiceAt ?? ''}?${name}=${value}`}>
      {children}
    </a>
  );
}

/** The two sizes of the edition for the elderly, on each of its pages; nothing in the normal edition. */
function SizePick({ view, keep, choiceAt }: ChoiceProps) {
  if (view.size === 'normal') return null;
  const one = (size: Size, big: string) => (
    <Choice
      {...{ name: 'size', value: size, keep, choiceAt, current: view.size === size }}
      class={`btn ${big}`}
    >
      {view.say(size === 'huge' ? 'citizen.size.pick_huge' : 'citizen.size.pick_large')}
    </Choice>
  );
  return (
    <div class="sz" role="group" aria-label={view.say('citizen.size.group')}>
      {one('large', '')}
      {one('huge', 'big')}
    </div>
  );
}
