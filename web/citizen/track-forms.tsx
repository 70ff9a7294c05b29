/** @jsxImportSource hono/jsx */
import { Page } from './page.tsx';
import { Field, Hidden, Mistakes } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import type { View } from './view.ts';

interface NoteProps {
  view: View;
  text: string;
  mistakes: readonly Mistake[];
}

/** Something to add to what was said. */
export function NotePage({ view, text, mistakes }: NoteProps) {
  const { say } = view;
  const title = say('citizen.note.title');
  return (
    <Page view={view} title={title} mistaken={mistakes.length > 0} keep="f">
      <form id="f" class="page-form" method="post" action="/track/note">
        <div class="in">
          <Mistakes view={view} list={mistakes} />
          <div>
            <h1>{title}</h1>
            <p class="sub">{say('citizen.note.sub')}</p>
          </div>
          <Field
            {...{ view, mistakes, name: 'text', value: text, rows: 6, required: true }}
            label={say('citizen.note.text')}
            note={say('citizen.required')}
          />
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
  wish: string;
  /** The version the citizen saw; a withdrawal must not overtake news. */
  version: number;
  mistakes: readonly Mistake[];
  isNews?: boolean;
}

/** Asks once more: a withdrawal cannot be undone. */
export function WithdrawPage({ view, wish, version, mistakes, isNews }: WithdrawProps) {
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
