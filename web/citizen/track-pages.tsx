/** @jsxImportSource hono/jsx */
import { DAY_MS } from '../../src/kernel/clock.ts';
import { orderNoText } from '../../src/kernel/ids.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import { orderRow } from '../../src/workorder/index.ts';
import type { Said } from './cookies.ts';
import { DangerFirst } from './danger.tsx';
import type { Danger } from './danger.tsx';
import { Page } from './page.tsx';
import { Field, Hidden, Mistakes, OrderNo, Words } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import { Gallery } from './photo-field.tsx';
import type { Photo } from './photo-field.tsx';
import { SCRIPT } from './script.ts';
import { HERE, currentAnswer, headline, story, storyPage, urgesOf } from './story.ts';
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
  const script = mistakes.length > 0 ? SCRIPT.path : undefined;
  const exact = { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' };
  return (
    <Page {...{ view, title, script, mistaken: mistakes.length > 0, keep: 'f' }}>
      <form id="f" class="page-form" method="post" action="/track" novalidate>
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
  said === 'redo' || said === 'sorry' || said === 'danger' ? null : (
    <p class={WARNS.includes(said) ? 'said w' : 'said'} role="status">
      {view.say(`citizen.said.${said}`)}
    </p>
  );

/** Whether the life cycle lets the citizen do it now; the same row decides when it is pressed. */
export const mayNow = (
  act: 'urge' | 'note' | 'withdraw' | 'supplement',
  o: CitizenOrder,
): boolean => {
  const row = orderRow(act);
  return row.built && row.by.includes('citizen') && row.from.includes(o.state);
};

/** An order that was taken out of this one, with what opens it. */
export interface Part extends Pair {
  title: string;
}

interface OrderProps {
  view: View;
  order: CitizenOrder;
  said: Said | null;
  /** First line of the story to show, 0 = the newest. */
  from: number;
  photos: PhotosAt;
  parts: readonly Part[];
  danger: Danger | null;
}

/** Photos by the act or answer they came with. */
export type PhotosAt = ReadonlyMap<string, readonly Photo[]>;

/** The order in plain words: where it stands, who is on it, what was done, what one can do. */
export function OrderPage(props: OrderProps) {
  const { view, order, said, from, photos, parts, danger } = props;
  const { say } = view;
  const { title, sub, by } = headline(say, view.when, order);
  const photosAt = (id: string) => photos.get(id)?.length ?? 0;
  const { shown, next } = storyPage(story(say, order), from, photosAt);
  return (
    <Page view={view} title={title}>
      <div class="in">
        <DangerFirst view={view} danger={danger} then="receipt" />
        <form class="row" method="post" action="/track/leave">
          <p class="sub">
            {say('citizen.track.no')} <OrderNo no={order.orderNo} />
          </p>
          <button class="lk u">{say('citizen.track.other')}</button>
        </form>
        {said && <SaidNote view={view} said={said} />}
        <div>
          <h1>{title}</h1>
          <Promise view={view} by={by} now={order.asOf} />
          <Sub view={view} text={sub} />
          {order.confidential && <p class="hint mt">{say('citizen.receipt.secret')}</p>}
        </div>
        <Asked view={view} order={order} />
        {from === 0 && <Answer view={view} order={order} photos={photos} />}
        <Parts view={view} parts={parts} />
        <section aria-labelledby="story">
          <h2 id="story">{say('citizen.track.story')}</h2>
          <Story {...{ view, lines: shown, isNewest: from === 0, photos, now: order.asOf }} />
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

const HOUR_MS = 3_600_000;

/** Until when an answer is promised; on the last day also how long that still is. */
function Promise({ view, by, now }: { view: View; by: Date | null; now: Date }) {
  if (!by) return null;
  const leftMs = by.getTime() - now.getTime();
  const hours = Math.floor(leftMs / HOUR_MS);
  const words = hours > 0 ? view.say('citizen.now.left', { n: hours }) : '';
  const left = leftMs > DAY_MS ? '' : words || view.say('citizen.now.left_short');
  const [before, after] = view.say('citizen.now.reply_by', { when: HERE, left }).split(HERE);
  return (
    <p class="sub">
      {before}
      <b class="strong">{view.near(by, now)}</b>
      {after}
    </p>
  );
}

/** What follows; raising it again is one press away where it is spoken of. */
function Sub({ view, text }: { view: View; text: string }) {
  const [before, after] = text.split(HERE);
  return (
    <p class="sub">
      {before}
      {after !== undefined && (
        <>
          <a href="/submit">{view.say('citizen.end.again')}</a>
          {after}
        </>
      )}
    </p>
  );
}

/** What the citizen is asked for, in the words of who asks. */
function Asked({ view, order }: { view: View; order: CitizenOrder }) {
  const { say } = view;
  return order.supplement ? (
    <section class="said w" aria-labelledby="asked">
      <h2 id="asked">{say('citizen.track.asked')}</h2>
      <Words text={order.supplement.question} />
      <p>{say('citizen.track.asked_items', { missing: missingOf(view, order.supplement) })}</p>
    </section>
  ) : null;
}

/** What is missing, as one enumeration. */
export const missingOf = (view: View, { missing }: NonNullable<CitizenOrder['supplement']>) =>
  missing.map((item) => view.say(`missing.${item}`)).join(view.language === 'en' ? ', ' : '、');

/** Matters that are done by themselves, each with what opens it. */
function Parts({ view, parts }: { view: View; parts: readonly Part[] }) {
  const { say } = view;
  if (parts.length === 0) return null;
  return (
    <section aria-labelledby="parts">
      <h2 id="parts">{say('citizen.track.parts')}</h2>
      <p class="sub">{say('citizen.track.parts_sub')}</p>
      <ul class="facts">
        {parts.map(({ title, orderNo, code }) => (
          <li>
            <Words text={title} />
            <p class="sub">{say('citizen.track.part_code', { no: orderNoText(orderNo), code })}</p>
            {/* As on the receipt: the pair stands in no address. */}
            <form method="post" action="/track">
              <Hidden values={{ orderNo, code }} />
              <button class="lk u">{say('citizen.track.part_open')}</button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AnswerProps {
  view: View;
  order: CitizenOrder;
  photos: PhotosAt;
}

function Answer({ view, order, photos }: AnswerProps) {
  const answer = currentAnswer(order);
  if (!answer) return null;
  const by = { unit: answer.unitName ?? '12345', when: view.when(answer.at) };
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{view.say('citizen.track.answer')}</h2>
      <Words text={answer.publicVersion} />
      <Gallery view={view} photos={photos.get(answer.id) ?? []} />
      <p class="hint">{view.say('citizen.track.answer_by', by)}</p>
    </section>
  );
}

interface StoryProps {
  view: View;
  lines: readonly Told[];
  isNewest: boolean;
  photos: PhotosAt;
  now: Date;
}

const Story = ({ view, lines, isNewest, photos, now }: StoryProps) => (
  <ol class="tk">
    {lines.map((line) => (
      <li class={isNewest && line === lines.find((l) => !l.isAside) ? 'on' : ''}>
        <p>{line.title}</p>
        {!line.isOwn && line.texts.map((t) => <Words text={t} />)}
        <Gallery view={view} photos={photos.get(line.id) ?? []} />
        <p class="when">
          <time datetime={line.at.toISOString()}>
            {line.unitName
              ? view.say('citizen.step.where', {
                  unit: line.unitName,
                  when: view.near(line.at, now),
                })
              : view.near(line.at, now)}
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
  if (!order.leadName || order.state !== 'in_progress') return null;
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
  // What is asked for has the button at the bottom.
  const isOver = order.closingType === 'withdrawn';
  const canNote = mayNow('note', order) && !order.supplement && !isOver;
  // Nobody is hurried while it is the citizen who is waited for.
  const canUrge = mayNow('urge', order) && !order.supplement;
  if (!canNote && !canUrge) return null;
  return (
    <div>
      <div class={canNote && canUrge ? 'two' : ''}>
        {canNote && (
          <a class="btn" href="/track/note">
            {say('citizen.track.supplement')}
          </a>
        )}
        {canUrge && (
          <form method="post" action="/track/urge">
            <button class="btn" disabled={urges.today} aria-describedby="urge-hint">
              {say('citizen.track.urge')}
            </button>
          </form>
        )}
      </div>
      {canUrge && (
        <p class="hint mt" id="urge-hint">
          {urges.last
            ? say(urges.today ? 'citizen.track.urge_tomorrow' : 'citizen.track.urge_done', {
                n: urges.count,
                when: view.when(urges.last),
              })
            : say('citizen.track.urge_rule')}
        </p>
      )}
    </div>
  );
}

/** To the three questions; in large type the first of them is asked here already. */
const Rate = ({ view }: { view: View }) => (
  <form class="list" method="post" action="/track/rate">
    {view.size === 'normal' ? (
      <button class="btn p">{view.say('citizen.track.rate')}</button>
    ) : (
      <>
        <button class="btn p" name="solved" value="solved">
          {view.say('citizen.track.solved')}
        </button>
        <button class="btn" name="solved" value="not_solved">
          {view.say('citizen.track.not_solved')}
        </button>
        <p class="hint">{view.say('citizen.track.not_solved_sub')}</p>
      </>
    )}
  </form>
);

function Foot({ view, order }: { view: View; order: CitizenOrder }) {
  const { say } = view;
  return (
    <div class="act">
      {order.state === 'pending_callback' && <Rate view={view} />}
      {order.supplement && (
        <a class="btn p" href="/track/note">
          {say('citizen.track.supply')}
        </a>
      )}
      <div class="row mid">
        {mayNow('withdraw', order) && <a href="/track/withdraw">{say('citizen.track.withdraw')}</a>}
        <a href="tel:12345">{say('citizen.call_ask')}</a>
      </div>
    </div>
  );
}
