/** @jsxImportSource hono/jsx */
import type { Context } from 'hono';
import type { AppError, ErrorCode } from '../../src/kernel/errors.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { AGAIN_FIELD, PHOTO_MB } from './limits.ts';
import { Page } from './page.tsx';
import { isMultipart, show, viewOf } from './view.ts';
import type { View } from './view.ts';

interface Told {
  title: TextKey;
  text: TextKey;
}

const told = (title: string, text: string): Told => ({
  title: `citizen.error.${title}` as TextKey,
  text: `citizen.error.${text}` as TextKey,
});

const BUSY = told('busy_title', 'busy');
/** What was sent may have been stored before the answer was lost. */
const AWAY = told('away_title', 'away');
/** With what was written on the page, to be sent once more: it may have been stored, or surely was not. */
const AGAIN = told('away_title', 'again');
const BUSY_AGAIN = told('busy_title', 'busy_again');
const GONE = told('not_found_title', 'not_found');
const CHANGED = told('title', 'changed');
const INTERNAL = told('title', 'internal');

/** The plain sentence for an error; what citizens cannot meet falls under "our mistake". */
const TOLD: Partial<Record<ErrorCode, Told>> = {
  busy: BUSY,
  overloaded: BUSY,
  database_unavailable: BUSY,
  not_found: GONE,
  link_invalid: GONE,
  demo_only: GONE,
  too_many_attempts: told('title', 'too_many'),
  foreign_origin: told('title', 'refused'),
  invalid_json: told('title', 'unreadable'),
  invalid_input: told('title', 'unreadable'),
  unsupported_media_type: told('title', 'unreadable'),
  body_too_large: told('too_large_title', 'too_large'),
  state_conflict: CHANGED,
  version_conflict: CHANGED,
  already_done: CHANGED,
};

interface ErrorProps {
  view: View;
  code: ErrorCode;
  /** Something was sent, to be stored. */
  sent: boolean;
  /** The form to send again, as it came. */
  again: Again | null;
  traceId: string;
}

type Typed = readonly (readonly [field: string, words: string])[];

interface Again {
  path: string;
  typed: Typed;
  /** Photos may have come along, which no page can give back. */
  photos: boolean;
}

/** Choosing size or language on the page sends it too. */
const AGAIN_ID = 'again';

/** What people write at length; they may go on writing while they wait. */
const WRITTEN = new Set(['text', 'content', 'comment', 'wish', 'reason']);

/** Everything that was typed, to be sent again: a form has a key of its own, so it counts once. */
const TypedAgain = ({ view: { say }, again }: { view: View; again: Again }) => (
  <>
    <input type="hidden" name={AGAIN_FIELD} value="1" />
    {again.photos && <p>{say('citizen.error.photos')}</p>}
    {again.typed.map(([name, words]) =>
      WRITTEN.has(name) && words.trim() !== '' ? (
        <textarea name={name} rows={5} aria-label={say('citizen.error.written')}>
          {words}
        </textarea>
      ) : (
        <input type="hidden" name={name} value={words} />
      ),
    )}
  </>
);

/** What went wrong, what to do, and the number to give on the telephone. */
export const ErrorPage = ({ view, code, sent, again, traceId }: ErrorProps) => {
  const { say } = view;
  const isOpen = sent && code === 'database_unavailable';
  const kept = again && (code === 'database_unavailable' ? AGAIN : BUSY_AGAIN);
  const { title, text } = kept ?? (isOpen ? AWAY : (TOLD[code] ?? INTERNAL));
  const tooLarge = code === 'body_too_large';
  const told = (
    <div class="in">
      <h1>{say(title)}</h1>
      <p>{say(text, PHOTO_MB)}</p>
      {again && <TypedAgain {...{ view, again }} />}
      {/* What was too large the sender makes smaller; nobody need ask about it. */}
      {!tooLarge && (
        <p class="hint">
          {say('citizen.error.trace')}
          <br />
          <code>{traceId}</code>
          <br />
          {say('citizen.error.code')} <code>{code}</code>
        </p>
      )}
    </div>
  );
  const call = (
    <a class="btn" href="tel:12345">
      {say('citizen.call')}
    </a>
  );
  if (again)
    return (
      <Page view={view} title={say(title)} keep={AGAIN_ID}>
        <form method="post" action={again.path} id={AGAIN_ID}>
          {told}
          <div class="act">
            <button class="btn p">{say('citizen.error.send_again')}</button>
            {call}
          </div>
        </form>
      </Page>
    );
  return (
    <Page view={view} title={say(title)} choiceAt="/">
      {told}
      <div class="act">
        <a class="btn p" href={tooLarge ? '/submit' : '/'}>
          {say(tooLarge ? 'citizen.home.submit' : 'citizen.home')}
        </a>
        {call}
      </div>
    </Page>
  );
};

/**
 * The page for an error that reached the root, for `onError`. Needs no database: it is what people
 * see when there is none.
 */
export function citizenErrorPage(
  c: Context<Env>,
  error: AppError,
  options: { demo: boolean } = { demo: false },
): Response {
  const view = viewOf(c, options);
  if (error.status === 503) c.header('Retry-After', '5');
  const traceId = c.get('traceId') ?? '';
  const sent = c.req.method === 'POST';
  const typed = (c.get('typed') ?? []).filter(([name]) => name !== AGAIN_FIELD);
  const photos = isMultipart(c.req.header('content-type') ?? '');
  const { path } = c.req;
  const again = error.status === 503 && typed.length > 0 ? { path, typed, photos } : null;
  const page = <ErrorPage {...{ view, code: error.code, sent, again, traceId }} />;
  return show(c, view, page, { status: error.status });
}
