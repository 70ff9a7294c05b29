/** Who should handle it, and why: verdict, 因为 …, 但是 …. */
import type { TextKey } from '../../../src/contract.ts';
import type { RoutingStep, RoutingSuggestion } from '../../../src/routing/schema.ts';
import { useReference } from '../data/queries.ts';
import { useWords } from '../lib/text.ts';

/** Steps that speak against the proposal, or say why there is none. */
const BUT = new Set<RoutingStep['code']>([
  'no_row',
  'area_unknown',
  'transfer_target',
  'answer_directly',
]);

/** What stands in the place of a unit where the catalogue has a row and yet none is to get it. */
function insteadOf(steps: readonly RoutingStep[]): TextKey {
  const has = (code: RoutingStep['code']) => steps.some((step) => step.code === code);
  if (has('answer_directly')) return 'routing.by_center';
  return has('transfer_target') ? 'routing.by_transfer' : 'routing.nobody';
}

export function RoutingReason({ step }: { step: RoutingStep }) {
  const { say, name, word } = useWords();
  const categories = useReference().data?.categories;
  const category = categories?.find((c) => c.code === step.facts.category);
  const values = {
    ...step.facts,
    category: category ? `${category.code} ${name(category)}` : (step.facts.category ?? ''),
    code: step.facts.code ? word(`routing.place_${step.facts.code}`) : '',
  };
  const but = BUT.has(step.code);
  return (
    <p className={but ? 'why but' : 'why'}>
      <span>{say(but ? 'routing.but' : 'routing.because')}</span>
      {say(`routing.${step.code}`, values)}
    </p>
  );
}

/** The proposal as a statement; desks that can accept it add their own key. */
export function SuggestedUnits({ suggestion }: { suggestion: RoutingSuggestion }) {
  const { say, name, list } = useWords();
  const { lead, co, steps } = suggestion;
  return (
    <>
      <p className="big">
        {lead ? name(lead) : say(insteadOf(steps))}
        {co.length > 0 && (
          <span className="sm mut">
            {'　'}
            {say('kind.co')} {list(co.map(name))}
          </span>
        )}
      </p>
      {steps.map((step) => (
        <RoutingReason key={step.code} step={step} />
      ))}
    </>
  );
}
