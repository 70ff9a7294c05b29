import { CatalogueAdvice } from '../../acts/AcceptForm.tsx';
import { useWords } from '../../lib/text.ts';
import { isAcceptable, type OperatorFields } from './form.ts';

/** What the catalogue knows of what was chosen so far. It fills nothing. */
export function AdviceColumn({ fields }: { fields: OperatorFields }) {
  const { say, list } = useWords();
  const wanted = [
    !fields.type && say('field.type'),
    !(fields.categoryCode && fields.categoryCode.length >= 4) && say('field.category'),
    !fields.urgency && say('field.urgency'),
  ].filter((word): word is string => typeof word === 'string');
  return (
    <>
      <div className="hd">
        <h2>{say('advice.title')}</h2>
        <span className="r xs mut">{say('advice.rule')}</span>
      </div>
      <div className="part">
        <CatalogueAdvice fields={fields} />
      </div>
      {fields.answer === undefined && (
        <div className="part">
          <h2>{say('advice.next')}</h2>
          <p className="sm">
            {isAcceptable(fields)
              ? say('operator.after_dispatch')
              : say('advice.wanted', { items: list(wanted) })}
          </p>
        </div>
      )}
    </>
  );
}
