/** @jsxImportSource hono/jsx */
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { orderRow } from '../../src/workorder/index.ts';
import type { Said } from './cookies.ts';
import { Page } from './page.tsx';
import { Field, Mistakes, Words } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import { currentAnswer, headline, story, storyPage, urgesOf } from './story.ts';
import type { Told } from './story.ts';
import type { View } from './view.ts';

/** What was typed at the door of an order. */
export interface Pair {
  orderNo: string;
  code: string;
}

interface DoorProps {
  view: View;
  typed: Pair;
  mistakes: readonly Mistake[];
  said?: Said | null;
}

/** Number and code; a wrong pair gets one sentence, whichever of the two was wrong. */
export function Door({ view, typed, mistakes, said }: DoorProps) {
  const { say } = view;
  const title = say('citizen.track.title');
  const exact = { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' };
  return (
    <Page view={view} title={title} mistaken={mistakes.length > 0} keep="f">
      <form id="f" class="page-form" method="post" action="/track">
        <div class="in">
          <Mistakes view={view} list={mistakes} />
          {said && <SaidNote view={view} said={said} />}
          <div>
            <h1>{title}</h1>
            <p class="sub">{say('citizen.track.sub')}</p>
          </div>
          <Field
            {...{ view, mistakes, name: 'orderNo', value: typed.orderNo, required: true }}
            label={say('citizen.track.no')}
            note=""
            hint={say('citizen.track.no_hint')}
            attributes={{ inputmode: 'numeric', autocomplete: 'off' }}
          />
          <Field
            {...{ view, mistakes, name: 'code', value: typed.code, required: true }}
            label={say('citizen.track.code')}
            note=""
            hint={say('citizen.track.code_hint')}
            attributes={exact}
          />
        </div>
        <div class="act">
          <button class="btn p">{say('citizen.track.go')}</button>
          <a class="btn" href="tel:12345">
            {say('citizen.call')}
          </a>
          <p class="hint">{say('citizen.track.lost')}</p>
        </div>
      </form>
    </Page>
  );
}

const WARNS: readonly Said[] = ['not_now', 'changed', 'expired', 'urged_already'];

const SaidNote = ({ view, said }: { view: View; said: Said }) =>
  said === 'redo' ? null : (
    <p class={WARNS.includes(said) ? 'said w' : 'said'} role="status">
      {view.say(`citizen.said.${said}`)}
    </p>
  );

/** Whether the life cycle lets the citizen do it now; the same row decides when it is pressed. */
export const mayNow = (act: 'urge' | 'note' | 'withdraw', o: CitizenOrder): boolean => {
  const row = orderRow(act);
  return row.built && row.by.includes('citizen') && row.from.includes(o.state);
};

interface OrderProps {
  view: View;
  order: CitizenOrder;
  said: Said | null;
  /** First line of the story to show, 0 = the newest. */
  from: number;
}

/** The order in plain words: where it stands, who is on it, what was done, what one can do. */
export function OrderPage({ view, order, said, from }: OrderProps) {
  const { say } = view;
  const { title, sub } = headline(say, view.when, order);
  const { shown, next } = storyPage(story(say, order), from);
  return (
    <Page view={view} title={title}>
      <div class="in">
        <form class="row" method="post" action="/track/leave">
          <p class="sub">
            {say('citizen.track.tail')} <b class="strong">{order.orderNo.slice(-4)}</b>
          </p>
          <button class="lk u">{say('citizen.track.other')}</button>
        </form>
        {said && <SaidNote view={view} said={said} />}
        <div>
          <h1>{title}</h1>
          <p class="sub">{sub}</p>
        </div>
        {from === 0 && <Answer view={view} order={order} />}
        <section aria-labelledby="story">
          <h2 id="story">{say('citizen.track.story')}</h2>
          <Story view={view} lines={shown} isNewest={from === 0} />
          <div class="row">
            {from > 0 && <a href="/track/view">{say('citizen.track.newer')}</a>}
            {next > 0 && <a href={`/track/view?from=${next}`}>{say('citizen.track.older')}</a>}
          </div>
        </section>
        <Doing view={view} order={order} />
        <Deeds view={view} order={order} />
      </div>
      <Foot view={view} order={order} />
    </Page>
  );
}

function Answer({ view, order }: { view: View; order: CitizenOrder }) {
  const answer = currentAnswer(order);
  if (!answer) return null;
  const by = { unit: answer.unitName ?? '12345', when: view.when(answer.at) };
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{view.say('citizen.track.answer')}</h2>
      <Words text={answer.publicVersion} />
      <p class="hint">{view.say('citizen.track.answer_by', by)}</p>
    </section>
  );
}

interface StoryProps {
  view: View;
  lines: readonly Told[];
  isNewest: boolean;
}

const Story = ({ view, lines, isNewest }: StoryProps) => (
  <ol class="tk">
    {lines.map((line, i) => (
      <li class={isNewest && i === 0 ? 'on' : ''}>
        <p>{line.title}</p>
        {!line.isOwn && line.texts.map((t) => <Words text={t} />)}
        <p class="when">
          <time datetime={line.at.toISOString()}>
            {line.unitName
              ? view.say('citizen.step.where', { unit: line.unitName, when: view.when(line.at) })
              : view.when(line.at)}
          </time>
        </p>
        {line.isOwn && (
          <details>
            <summary>{view.say('citizen.track.own_words')}</summary>
            {line.texts.map((t) => (
              <Words text={t} />
            ))}
          </details>
        )}
      </li>
    ))}
  </ol>
);

/** Who is on it; silent when nobody is yet, or any more. */
function Doing({ view, order }: { view: View; order: CitizenOrder }) {
  if (!order.leadName || (order.state !== 'in_progress' && order.state !== 'dispatched')) {
    return null;
  }
  const others = order.coNames.join(view.language === 'en' ? ', ' : '、');
  return (
    <p class="said">
      {others === ''
        ? view.say('citizen.track.doing', { unit: order.leadName })
        : view.say('citizen.track.doing_with', { unit: order.leadName, others })}
    </p>
  );
}

/** What the citizen can do besides rating. */
function Deeds({ view, order }: { view: View; order: CitizenOrder }) {
  const { say } = view;
  const urges = urgesOf(order);
  const canNote = mayNow('note', order);
  const canUrge = mayNow('urge', order);
  if (!canNote) return null;
  return (
    <div>
      <div class={canUrge ? 'two' : ''}>
        <a class="btn" href="/track/note">
          {say('citizen.track.supplement')}
        </a>
        {canUrge && (
          <form method="post" action="/track/urge">
            <button class="btn">{say('citizen.track.urge')}</button>
          </form>
        )}
      </div>
      {canUrge && (
        <p class="hint mt">
          {urges.last
            ? say('citizen.track.urge_done', { n: urges.count, when: view.when(urges.last) })
            : say('citizen.track.urge_rule')}
        </p>
      )}
    </div>
  );
}

function Foot({ view, order }: { view: View; order: CitizenOrder }) {
  const { say } = view;
  return (
    <div class="act">
      {order.state === 'pending_callback' && (
        <form method="post" action="/track/rate">
          <button class="btn p">{say('citizen.track.rate')}</button>
        </form>
      )}
      <div class="row mid">
        {mayNow('withdraw', order) && <a href="/track/withdraw">{say('citizen.track.withdraw')}</a>}
        <a href="tel:12345">{say('citizen.call_ask')}</a>
      </div>
    </div>
  );
}
