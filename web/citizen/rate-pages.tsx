/** @jsxImportSource hono/jsx */
import { RATING_REASONS, SOLVED } from '../../src/kernel/words.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { Page } from './page.tsx';
import { Field, Mistakes, Option, Words, mistakeOf } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import { currentAnswer } from './story.ts';
import type { View } from './view.ts';

/** Answers as they were ticked; empty = left open. Nothing is chosen beforehand. */
export interface Ticked {
  contacted: string;
  solved: string;
  satisfaction: string;
  reasons: string[];
  comment: string;
}

export const UNTICKED: Ticked = {
  contacted: '',
  solved: '',
  satisfaction: '',
  reasons: [],
  comment: '',
};

interface RateProps {
  view: View;
  token: string;
  order: CitizenOrder;
  ticked: Ticked;
  mistakes: readonly Mistake[];
}

/** The three questions; looking at them does not use up the link. */
export function RatePage({ view, token, order, ticked, mistakes }: RateProps) {
  const { say } = view;
  const title = say('citizen.rate.title');
  return (
    <Page view={view} title={title} mistaken={mistakes.length > 0} keep="f">
      <form id="f" class="page-form" method="post" action={`/rate/${token}`}>
        <div class="in">
          <Mistakes view={view} list={mistakes} />
          <div>
            <p class="sub">
              {say('citizen.rate.which')} <b class="strong">{order.orderNo.slice(-4)}</b>
            </p>
            <h1>{title}</h1>
            <p class="sub">{say('citizen.rate.sub')}</p>
            <Answer view={view} order={order} />
          </div>
          <Contacted view={view} ticked={ticked} mistakes={mistakes} />
          <Solved view={view} ticked={ticked} mistakes={mistakes} />
          <Satisfaction view={view} ticked={ticked} mistakes={mistakes} />
          <Reasons view={view} ticked={ticked} />
          <Field
            {...{ view, mistakes, name: 'comment', value: ticked.comment, rows: 2 }}
            label={say('citizen.rate.comment')}
            note={say('citizen.optional')}
          />
        </div>
        <div class="act">
          <p class="hint">{say('citizen.rate.follow')}</p>
          <button class="btn p">{say('citizen.rate.send')}</button>
        </div>
      </form>
    </Page>
  );
}

function Answer({ view, order }: { view: View; order: CitizenOrder }) {
  const answer = currentAnswer(order);
  return answer ? (
    <details>
      <summary>{view.say('citizen.rate.answer')}</summary>
      <Words text={answer.publicVersion} />
    </details>
  ) : null;
}

interface AskProps {
  view: View;
  ticked: Ticked;
  mistakes?: readonly Mistake[];
}

const CONTACTED = ['yes', 'no', 'unsure'] as const;

/** First of the questions: a mistake that concerns all three leads here. */
const Contacted = ({ view, ticked, mistakes = [] }: AskProps) => (
  <fieldset
    class={mistakeOf(mistakes, 'contacted') ? 'field bad' : 'field'}
    aria-describedby={mistakeOf(mistakes, 'contacted') ? 'contacted-err' : undefined}
  >
    <legend>{view.say('citizen.rate.contacted')}</legend>
    <div class="three">
      {CONTACTED.map((v, i) => (
        <Option
          {...{ type: 'radio', name: 'contacted', value: v, look: 'tick', centred: true }}
          checked={ticked.contacted === v}
          id={i === 0 ? 'contacted' : undefined}
        >
          {view.say(`citizen.rate.contacted_${v}`)}
        </Option>
      ))}
    </div>
    {mistakeOf(mistakes, 'contacted') && (
      <p class="err" id="contacted-err">
        {mistakeOf(mistakes, 'contacted')}
      </p>
    )}
  </fieldset>
);

const Solved = ({ view, ticked, mistakes = [] }: AskProps) => (
  <fieldset class={mistakeOf(mistakes, 'contacted') ? 'field bad' : 'field'}>
    <legend>{view.say('citizen.rate.solved')}</legend>
    <div class="three">
      {SOLVED.map((v) => (
        <Option
          {...{ type: 'radio', name: 'solved', value: v, look: 'tick', centred: true }}
          checked={ticked.solved === v}
        >
          {view.say(`citizen.rate.solved_${v}`)}
        </Option>
      ))}
    </div>
  </fieldset>
);

const LEVELS = ['5', '4', '3', '2', '1'] as const;

const Satisfaction = ({ view, ticked, mistakes = [] }: AskProps) => (
  <fieldset class={mistakeOf(mistakes, 'contacted') ? 'field bad' : 'field'}>
    <legend>{view.say('citizen.rate.satisfaction')}</legend>
    <div class="list tight">
      {LEVELS.map((v) => (
        <Option
          {...{ type: 'radio', name: 'satisfaction', value: v, look: 'tick' }}
          checked={ticked.satisfaction === v}
        >
          <b>{v}</b>
          {view.say(`satisfaction.${v}`)}
        </Option>
      ))}
    </div>
  </fieldset>
);

const Reasons = ({ view, ticked }: AskProps) => (
  <fieldset class="field">
    <legend>
      {view.say('citizen.rate.reasons')} <small>{view.say('citizen.rate.reasons_note')}</small>
    </legend>
    <div class="two">
      {RATING_REASONS.map((v) => (
        <Option
          {...{ type: 'checkbox', name: 'reasons', value: v, look: 'tick' }}
          checked={ticked.reasons.includes(v)}
        >
          {view.say(`reason.${v}`)}
        </Option>
      ))}
    </div>
  </fieldset>
);

/** After rating: what follows from what was said. */
export const RatedPage = ({ view, after }: { view: View; after: 'redo' | 'sorry' | null }) => {
  const { say } = view;
  const title = say(after === 'sorry' ? 'citizen.rated.sorry_title' : 'citizen.rated.title');
  const redo = after === 'redo';
  return (
    <Page view={view} title={title}>
      <div class="in">
        <h1>{title}</h1>
        <p>{say(after ? `citizen.rated.${after}_sub` : 'citizen.rated.sub')}</p>
      </div>
      <div class="act">
        <a class="btn" href={redo ? '/track' : '/'}>
          {say(redo ? 'citizen.track.title' : 'citizen.home')}
        </a>
      </div>
    </Page>
  );
};

/** A link that is unknown, used or over: one page for all three, or it could be probed. */
export const OverPage = ({ view }: { view: View }) => {
  const { say } = view;
  return (
    <Page view={view} title={say('citizen.rate.over_title')}>
      <div class="in">
        <h1>{say('citizen.rate.over_title')}</h1>
        <p>{say('citizen.rate.over_sub')}</p>
      </div>
      <div class="act">
        <a class="btn" href="tel:12345">
          {say('citizen.call')}
        </a>
        <a class="btn" href="/track">
          {say('citizen.track.title')}
        </a>
      </div>
    </Page>
  );
};
