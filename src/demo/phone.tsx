/** @jsxImportSource hono/jsx */
/** The demo's telephone: short messages by number, the clock, and calling 12345. Works without a script. */
import { organizationsByDutyPhone } from '../identity/index.ts';
import { CITY_OFFSET_MS, cityDay } from '../kernel/clock.ts';
import { languageOf, translate } from '../kernel/i18n/index.ts';
import type { Language, TextKey } from '../kernel/i18n/index.ts';
import { demoMessages, demoWritten } from '../notification/index.ts';
import { appNow } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { maskPhone } from '../workorder/index.ts';
import { PHONE_STYLE } from './phone-style.ts';
import { CALLERS, SAID } from './ready-calls.ts';
import { aliveLines } from './switch.store.ts';
import type { LineRow } from './switch.store.ts';

/** Messages read for the page, and conversations shown. */
const MESSAGES_MAX = 500;
const CONVERSATIONS_MAX = 60;
/** Calls shown that are alive. */
const CALLS_MAX = 20;
/** Seconds after which the page looks for new messages. */
const REFRESH_SECONDS = 5;

type Say = (key: TextKey, values?: Record<string, string | number>) => string;

interface Request {
  nonce: string;
  /** The number whose conversation is open; `ring` = the form for calling, `write` = for writing. */
  to: string;
  /** The conversation is shown with the form to write in; it does not look for news meanwhile. */
  writes: boolean;
  said: string;
  acceptLanguage: string | undefined;
}

interface Shown {
  say: Say;
  now: Date;
  language: Language;
  /** Whose number it is, where it is a unit's. */
  owner: (number: string) => string;
  /** What stands for a number in addresses and forms. */
  handle: (number: string) => string;
}

const SAYINGS: Record<string, TextKey> = {
  rang: 'demo.phone.rang',
  rang_nobody: 'demo.phone.rang_nobody',
  ring_wrong: 'demo.phone.ring_wrong',
  hung_up: 'demo.phone.hung_up',
  call_over: 'demo.phone.call_over',
  clock_playing: 'demo.phone.clock_playing',
  write_wrong: 'demo.phone.write_wrong',
};

/** A message on the telephone: received there, or written on it. */
interface Message {
  number: string;
  text: string;
  at: string;
  isOwn: boolean;
}

/** Everything on the telephones, newest first. */
async function messagesOf(deps: Deps): Promise<Message[]> {
  const [received, written] = await Promise.all([
    demoMessages(deps, MESSAGES_MAX),
    demoWritten(deps, MESSAGES_MAX),
  ]);
  return [
    ...received.map(({ to, text, at }) => ({ number: to, text, at, isOwn: false })),
    ...written.map(({ from, text, at }) => ({ number: from, text, at, isOwn: true })),
  ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
}

/**
 * What stands for a number on a page that is open to everybody: itself where nobody has it, else a
 * word that says nothing of it.
 */
export const handleOf = (deps: Deps, number: string): string =>
  isMadeUp(number) ? number : deps.crypto.mac('request', `demo-phone\n${number}`).slice(0, 22);

/** The number that a handle stands for, among those on the telephone; else what was given. */
export async function numberBehind(deps: Deps, handle: string): Promise<string> {
  if (/^\+?\d*$/.test(handle)) return handle;
  const known = (await messagesOf(deps)).find(({ number }) => handleOf(deps, number) === handle);
  return known?.number ?? handle;
}

/** A call that a citizen may end. */
interface OpenCall {
  id: string;
  phone: string;
  name: string;
  state: LineRow['state'];
}

const openCalls = async (deps: Deps): Promise<OpenCall[]> =>
  (await aliveLines(deps.db, CALLS_MAX)).map((line) => ({
    id: line.id,
    phone: deps.crypto.open(line.phone_ct, `${line.id}/phone`),
    name: deps.crypto.open(line.name_ct, `${line.id}/name`),
    state: line.state,
  }));

/** The whole page. */
export async function phonePage(deps: Deps, request: Request) {
  const language = languageOf(request.acceptLanguage);
  const say: Say = (key, values) => translate(language, key, values);
  const [messages, calls, now] = await Promise.all([
    messagesOf(deps),
    openCalls(deps),
    appNow(deps.db),
  ]);
  const units = await organizationsByDutyPhone(
    deps.db,
    messages.map((m) => m.number),
  );
  const owner = (number: string): string => {
    const unit = units.get(number);
    return unit ? (language === 'en' ? unit.nameEn : unit.name) : '';
  };
  const shown: Shown = { say, now, language, owner, handle: (n) => handleOf(deps, n) };
  const open = messages.find((m) => shown.handle(m.number) === request.to)?.number ?? request.to;
  const rings = request.to === 'ring';
  const writesNew = request.to === 'write';
  const still = rings || writesNew || request.writes;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="format-detection" content="telephone=no" />
        {!still && <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />}
        <title>{say('demo.phone.title')}</title>
        <style nonce={request.nonce} dangerouslySetInnerHTML={{ __html: PHONE_STYLE }} />
      </head>
      <body class={request.to ? 'one' : 'all'}>
        <Head shown={shown} open={request.to} said={SAYINGS[request.said]} />
        <Calls shown={shown} calls={calls} />
        <main>
          <List shown={shown} messages={messages} open={open} />
          {rings ? (
            <RingForm shown={shown} />
          ) : writesNew ? (
            <WriteForm shown={shown} />
          ) : (
            <Conversation {...{ shown, messages }} to={open} writes={request.writes} />
          )}
        </main>
      </body>
    </html>
  );
}

const city = (at: Date): string => new Date(at.getTime() + CITY_OFFSET_MS).toISOString();
const hour = (at: Date): string => city(at).slice(11, 16);
/** Today by the hour, else the day. */
const when = (at: Date, now: Date): string =>
  cityDay(at) === cityDay(now) ? hour(at) : cityDay(at).slice(5);

function Head({ shown, open, said }: { shown: Shown; open: string; said: TextKey | undefined }) {
  const { say, now } = shown;
  return (
    <header>
      <h1>{say('demo.phone.title')}</h1>
      <p class="now">{say('demo.phone.now', { day: cityDay(now), time: hour(now) })}</p>
      <nav aria-label={say('demo.phone.title')}>
        <a
          href="/demo/phone"
          aria-current={open === 'ring' || open === 'write' ? undefined : 'page'}
        >
          {say('demo.phone.sms')}
        </a>
        <a href="/demo/phone?to=write" aria-current={open === 'write' ? 'page' : undefined}>
          {say('demo.phone.write')}
        </a>
        <a href="/demo/phone?to=ring" aria-current={open === 'ring' ? 'page' : undefined}>
          {say('demo.phone.call')}
        </a>
        <a href="/console/">{say('demo.phone.console')}</a>
        <a href="/">{say('demo.phone.citizen')}</a>
      </nav>
      <form method="post" action="/demo/clock">
        <button name="step" value="hour">
          {say('demo.clock.hour')}
        </button>
        <button name="step" value="working_day">
          {say('demo.clock.working_day')}
        </button>
      </form>
      {said && (
        <p class={said.endsWith('_wrong') ? 'said wrong' : 'said'} role="status">
          {say(said)}{' '}
          {said.startsWith('demo.phone.rang') && (
            <a href="/console/operator">{say('demo.phone.to_operator')}</a>
          )}
        </p>
      )}
    </header>
  );
}

/** Calls that ring or are talked on, each with a way to end it as the citizen does. */
function Calls({ shown: { say }, calls }: { shown: Shown; calls: readonly OpenCall[] }) {
  if (calls.length === 0) return null;
  return (
    <section class="calls" aria-label={say('demo.phone.calls')}>
      {calls.map(({ id, phone, name, state }) => (
        <form method="post" action="/demo/hangup">
          <b>{`${shownNumber(phone)} ${name}`.trim()}</b>
          <span>{say(`demo.phone.call_${state === 'ended' ? 'talking' : state}`)}</span>
          <button name="id" value={id}>
            {say('demo.phone.hang_up')}
          </button>
        </form>
      ))}
    </section>
  );
}

/** Numbers with their last message, newest first. */
function conversations(messages: readonly Message[]) {
  const by = new Map<string, Message[]>();
  for (const m of messages) by.set(m.number, [...(by.get(m.number) ?? []), m]);
  return [...by].slice(0, CONVERSATIONS_MAX);
}

const spaced = (number: string): string =>
  number.length === 11 ? number.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3') : number;

/** The block of the made-up city: nobody has these. */
const isMadeUp = (phone: string): boolean => /^1390000\d{4}$/.test(phone);

/** A number that a visitor typed may be a real one, and the page is open to everybody. */
const shownNumber = (phone: string): string => (isMadeUp(phone) ? spaced(phone) : maskPhone(phone));

/** A unit's duty telephone is as made up as the unit. */
const numberText = (number: string, { owner }: Shown): string =>
  owner(number) ? spaced(number) : shownNumber(number);

interface ListProps {
  shown: Shown;
  messages: readonly Message[];
  open: string;
}

function List({ shown, messages, open }: ListProps) {
  const { say, now, owner, handle } = shown;
  const found = conversations(messages);
  return (
    <section class="list" aria-label={say('demo.phone.sms')}>
      {found.length === 0 && <p class="none">{say('demo.phone.none')}</p>}
      <ol>
        {found.map(([to, list]) => (
          <li>
            <a
              href={`/demo/phone?to=${handle(to)}`}
              aria-current={to === open ? 'true' : undefined}
            >
              <b>
                {numberText(to, shown)}
                {owner(to) && <i>{owner(to)}</i>}
              </b>
              <time datetime={list[0]!.at}>{when(new Date(list[0]!.at), now)}</time>
              <span>{list[0]!.text}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Addresses in a message become links. */
const linked = (text: string) =>
  text
    .split(/(https?:\/\/[\w.:/#?=&%-]+)/)
    .map((part) => (part.startsWith('http') ? <a href={part}>{part}</a> : part));

function Conversation({
  shown,
  messages,
  to,
  writes,
}: {
  shown: Shown;
  messages: readonly Message[];
  to: string;
  writes: boolean;
}) {
  const { say, now, owner } = shown;
  const list = messages.filter((m) => m.number === to).toReversed();
  return (
    <section class="talk" aria-label={to ? numberText(to, shown) : say('demo.phone.sms')}>
      {to === '' ? (
        <p class="none">{say('demo.phone.pick')}</p>
      ) : (
        <>
          <h2>
            <a class="back" href="/demo/phone">
              {say('demo.phone.back')}
            </a>
            {numberText(to, shown)} {owner(to)}
          </h2>
          {list.length === 0 && <p class="none">{say('demo.phone.none_here')}</p>}
          {list.map((m) => (
            <div class={m.isOwn ? 'sms own' : 'sms'}>
              <time datetime={m.at}>
                {when(new Date(m.at), now)}{' '}
                {cityDay(new Date(m.at)) === cityDay(now) ? '' : hour(new Date(m.at))}
              </time>
              <p>{linked(m.text)}</p>
            </div>
          ))}
          {/* A unit's duty telephone answers nobody. */}
          {owner(to) === '' && <Reply shown={shown} to={to} writes={writes} />}
        </>
      )}
    </section>
  );
}

/** What is replied most, at one press; writing oneself is a page that stands still. */
function Reply({ shown, to, writes }: { shown: Shown; to: string; writes: boolean }) {
  const { say, handle } = shown;
  const quick = [
    '5',
    '3',
    '1',
    say('demo.phone.write_progress'),
    say('demo.phone.write_urge'),
    say('demo.phone.write_stop'),
  ];
  return (
    <form class="reply" method="post" action="/demo/write" id="reply">
      <input type="hidden" name="from" value={handle(to)} />
      {writes ? (
        <>
          <label>
            {say('demo.phone.write_what')}
            <textarea name="text" rows={3} maxlength={500} required autofocus />
          </label>
          <button class="go">{say('demo.phone.write_send')}</button>
        </>
      ) : (
        <p class="quick" role="group" aria-label={say('demo.phone.write_quick')}>
          {quick.map((word) => (
            <button name="word" value={word}>
              {word}
            </button>
          ))}
          <a href={`/demo/phone?to=${handle(to)}&write=1#reply`}>{say('demo.phone.write_reply')}</a>
        </p>
      )}
    </form>
  );
}

/** Digits, as people type them; the server says the last word. */
const NUMBER = '[+0-9０-９][0-9０-９ \\(\\)\\-]{4,28}';

/** Whose telephone it is: one of those that are ready, or any number. */
const Caller = ({ say, name, label }: { say: Say; name: string; label: TextKey }) => (
  <>
    <label>
      {say(label)}
      <select name={name}>
        {CALLERS.map((c) => (
          <option value={c.phone}>{`${spaced(c.phone)} ${c.name}`.trim()}</option>
        ))}
      </select>
    </label>
    <label>
      {say('demo.phone.own_number')}
      <input
        name="own_phone"
        type="tel"
        autocomplete="off"
        maxlength={30}
        pattern={NUMBER}
        title={say('demo.phone.own_number_rule')}
        placeholder="13900001234"
      />
    </label>
  </>
);

function WriteForm({ shown: { say } }: { shown: Shown }) {
  return (
    <section class="ring">
      <h2>
        <a class="back" href="/demo/phone">
          {say('demo.phone.back')}
        </a>
        {say('demo.phone.write')}
      </h2>
      <p class="hint">{say('demo.phone.write_hint')}</p>
      <form method="post" action="/demo/write">
        <Caller say={say} name="from" label="demo.phone.write_who" />
        <label>
          {say('demo.phone.write_what')}
          <textarea name="text" rows={4} maxlength={500} required />
        </label>
        <button class="go">{say('demo.phone.write_send')}</button>
      </form>
    </section>
  );
}

function RingForm({ shown: { say } }: { shown: Shown }) {
  return (
    <section class="ring">
      <h2>
        <a class="back" href="/demo/phone">
          {say('demo.phone.back')}
        </a>
        {say('demo.phone.call')}
      </h2>
      <p class="hint">{say('demo.phone.call_hint')}</p>
      <form method="post" action="/demo/ring">
        <Caller say={say} name="phone" label="demo.phone.who" />
        <fieldset>
          <legend>{say('demo.phone.what')}</legend>
          {SAID.map((text, i) => (
            <label class="pick">
              <input type="radio" name="text" value={text} checked={i === 0} />
              <span>{text}</span>
            </label>
          ))}
        </fieldset>
        <label>
          {say('demo.phone.own')}
          <textarea name="own" rows={3} maxlength={1000} placeholder=" " />
        </label>
        <button class="go">{say('demo.phone.dial')}</button>
      </form>
    </section>
  );
}
