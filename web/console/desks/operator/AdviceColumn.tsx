import type { ReactNode } from 'react';
import type { Advice } from '../../../../src/intake/schema.ts';
import type { Guess } from '../../../../src/understanding/schema.ts';
import { CatalogueAdvice } from '../../acts/AcceptForm.tsx';
import { useReference } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Tag } from '../../parts/Marks.tsx';
import { areaPath } from '../../parts/Pickers.tsx';
import { SuggestedUnits } from '../../parts/Routing.tsx';
import { Because, useCategoryName } from './Because.tsx';
import { reclassed } from './form.ts';
import { ProposalAdvice } from './ProposalAdvice.tsx';
import { SimilarOrders } from './SimilarOrders.tsx';
import { classOf, isEmptyChange, isTaken, placeOf, urgencyOf } from './take.ts';
import type { Operator } from './useOperator.ts';

/** Keys of the column: in the list of keys also while there is nothing to take. */
const ADVICE_KEYS = (
  [
    ['Alt+1', 'keys.take_class'],
    ['Alt+2', 'keys.take_urgency'],
    ['Alt+3', 'keys.take_place'],
    ['Alt+4', 'keys.do'],
    ['Alt+5', 'keys.join'],
    ['Alt+6', 'keys.take_secret'],
  ] as const
).map(([keys, label]) => ({ keys, label, run: () => undefined, off: true, quiet: true }));

/** 随听建议: what the words seem to say, and why; one key accepts, nothing fills itself. */
export function AdviceColumn({ desk }: { desk: Operator }) {
  const { say } = useWords();
  const { advice, state } = desk.advised;
  const split = desk.draft.value.parts !== undefined;
  useKeys(ADVICE_KEYS);
  return (
    <>
      <div className="hd">
        <h2>{say('advice.title')}</h2>
        <span className="r xs mut">
          {say('advice.rule')}
          <i className="sep" />
          <kbd>Alt</kbd> {say('advice.rule_key')}
        </span>
      </div>
      {state === 'stale' && (
        <p className="part sm today-t" role="status">
          {say('advice.stale')}
        </p>
      )}
      {advice ? (
        <div aria-busy={state === 'asking'}>
          <ProposalAdvice desk={desk} advice={advice} />
          {!split && <ClassAdvice desk={desk} advice={advice} />}
          {!split && <UrgencyAdvice desk={desk} advice={advice} />}
          <PlaceAdvice desk={desk} advice={advice} />
          {!split && <UnitAdvice advice={advice} />}
          <SimilarOrders desk={desk} similar={advice.similar} />
        </div>
      ) : (
        <div className="part">
          <p className="sm mut">{say('advice.nothing_yet')}</p>
          {desk.draft.value.categoryCode && <CatalogueAdvice fields={desk.draft.value} />}
        </div>
      )}
    </>
  );
}

interface SuggestionProps {
  title: string;
  right?: ReactNode;
  big: ReactNode;
  because?: readonly string[];
  keys: string;
  label: 'keys.take_class' | 'keys.take_urgency' | 'keys.take_place' | 'keys.take_secret';
  taken: boolean;
  onTake: () => void;
  children?: ReactNode;
}

/** Verdict, key, then why. */
function Suggestion(props: SuggestionProps) {
  const { say } = useWords();
  const { because = [], taken } = props;
  useKeys([{ keys: props.keys, label: props.label, run: props.onTake, off: taken, quiet: true }]);
  return (
    <section className="part sug">
      <h2>
        {props.title} <span className="r">{props.right}</span>
      </h2>
      <div className="row between">
        <span className="big">{props.big}</span>
        <KeyButton size="small" keys={props.keys} disabled={taken} onClick={props.onTake}>
          {say(taken ? 'dispatch.taken' : 'dispatch.take')}
        </KeyButton>
      </div>
      <Because words={because} />
      {props.children}
    </section>
  );
}

interface Props {
  desk: Operator;
  advice: Advice;
}
const percent = (guess: Guess<unknown> | undefined): number =>
  Math.round((guess?.score ?? 0) * 100);

function ClassAdvice({ desk: { draft }, advice: { understanding: u } }: Props) {
  const { say } = useWords();
  const nameOf = useCategoryName();
  const change = classOf(u);
  const [type] = u.types;
  const [category, ...rest] = u.categories;
  // The class of another matter of the same words is no other class of this one.
  const apart = new Set(u.proposal.parts?.map((part) => part.categoryCode));
  const others = rest.filter(({ value }) => !apart.has(value));
  if (isEmptyChange(change)) return null;
  // A title that was written stays; one that was made goes with its category.
  const { title: written, madeTitle } = draft.value;
  const free = written === '' || written === madeTitle;
  const title = u.title && free ? { title: u.title, madeTitle: u.title } : {};
  const because = [...new Set([...(category?.because ?? []), ...(type?.because ?? [])])];
  return (
    <Suggestion
      title={say('advice.class')}
      right={say('advice.sure', { n: percent(category ?? type) })}
      big={
        <Dots>
          {type && say(`type.${type.value}`)}
          {category && nameOf(category.value)}
        </Dots>
      }
      because={because.slice(0, 4)}
      keys="Alt+1"
      label="keys.take_class"
      taken={isTaken(change, draft.value)}
      onTake={() => draft.set({ ...change, ...title })}
    >
      {title.title && title.title !== written && (
        <p className="sm sec">{say('advice.title_too', title)}</p>
      )}
      {others.length > 0 && (
        <p className="alt sm sec">
          {say('advice.or')}
          {others.slice(0, 2).map((other) => {
            const chosen = draft.value.categoryCode === other.value;
            return (
              <button
                key={other.value}
                type="button"
                className="link-button"
                aria-pressed={chosen}
                disabled={chosen}
                onClick={() =>
                  draft.set({
                    ...reclassed(draft.value, other.value),
                    type: draft.value.type ?? type?.value,
                  })
                }
              >
                {nameOf(other.value)} {percent(other)}%{chosen && ` ${say('dispatch.taken')}`}
              </button>
            );
          })}
        </p>
      )}
    </Suggestion>
  );
}

function UrgencyAdvice({ desk: { draft }, advice: { understanding: u } }: Props) {
  const { say } = useWords();
  const change = urgencyOf(u);
  return (
    <Suggestion
      title={say('field.urgency')}
      right={
        u.flags.length > 0 && (
          <span className="row">
            {u.flags.slice(0, 4).map(({ value }) => (
              <Tag key={value}>{say(`flag.${value}`)}</Tag>
            ))}
          </span>
        )
      }
      big={say(`urgency.${u.urgency.value}`)}
      because={u.urgency.because.slice(0, 4)}
      keys="Alt+2"
      label="keys.take_urgency"
      taken={isTaken(change, draft.value)}
      onTake={() => draft.set(change)}
    />
  );
}

function PlaceAdvice({ desk, advice }: Props) {
  const { say } = useWords();
  const { data } = useReference();
  const { draft } = desk;
  const { understanding: u } = advice;
  const change = placeOf(u);
  const secret = u.flags.find(({ value }) => value === 'confidential' || value === 'whistleblower');
  const hide = { confidential: true, wishPublic: false };
  return (
    <>
      {!isEmptyChange(change) && (
        <Suggestion
          title={say('advice.place')}
          right={areaPath(change.areaCode, data?.areas ?? [])}
          big={
            <Dots>
              {change.address ?? (change.areaCode && say('advice.area_only'))}
              {change.occurred}
            </Dots>
          }
          keys="Alt+3"
          label="keys.take_place"
          taken={isTaken(change, draft.value)}
          onTake={() => draft.set(change)}
        >
          <OtherAreas desk={desk} advice={advice} />
        </Suggestion>
      )}
      {secret && (
        <Suggestion
          title={say('advice.secret')}
          big={say('wish.confidential')}
          because={secret.because.slice(0, 3)}
          keys="Alt+6"
          label="keys.take_secret"
          taken={draft.value.confidential}
          onTake={() => draft.set(hide)}
        />
      )}
    </>
  );
}

/** From here on an area was named, and not only something like it. */
const NAMED = 0.5;
/** The words name one street and a place in another: who is on the line knows which. */
function OtherAreas({ desk: { draft }, advice }: Props) {
  const { say } = useWords();
  const { data } = useReference();
  const [, ...rest] = advice.understanding.areas;
  const others = rest.filter(({ score }) => score >= NAMED);
  if (others.length === 0) return null;
  return (
    <p className="alt sm today-t">
      {say('advice.or_area')}
      {others.map(({ value }) => (
        <button
          key={value}
          type="button"
          className="link-button"
          aria-pressed={draft.value.areaCode === value}
          disabled={draft.value.areaCode === value}
          onClick={() => draft.set({ areaCode: value })}
        >
          {areaPath(value, data?.areas ?? [])}
        </button>
      ))}
    </p>
  );
}

/** Who will get it: a statement; the dispatcher or the system sends it. */
function UnitAdvice({ advice: { routing } }: { advice: Advice }) {
  const { say } = useWords();
  if (!routing) return null;
  return (
    <section className="part sug">
      <h2>{say('advice.unit')}</h2>
      <SuggestedUnits suggestion={routing} />
    </section>
  );
}
