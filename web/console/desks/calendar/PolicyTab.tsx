import { useState } from 'react';
import { Button } from 'antd';
import { CLOCKS } from '../../../../src/contract.ts';
import type { LadderRow, LimitRow, PolicyView } from '../../../../src/deadline/schema.ts';
import { usePolicies, withdrawPolicy } from '../../data/clock-api.ts';
import { holds, useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { limitWords } from '../../lib/deadline-words.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords, type Words } from '../../lib/text.ts';
import { SplitColumns } from '../../parts/Columns.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { Stamp } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { KeyButton } from '../../parts/Key.tsx';

/** 时限政策: limits, ladder and the rest of one version; the versions beside them. */
export function PolicyTab() {
  return <QueryView query={usePolicies()}>{({ items }) => <Policies items={items} />}</QueryView>;
}

function Policies({ items }: { items: readonly PolicyView[] }) {
  const { say } = useWords();
  const [chosen, choose] = useState<number>();
  const policy =
    items.find((p) => p.version === chosen) ?? items.find((p) => p.current) ?? items[0];
  if (!policy) {
    return <EmptyState title={say('policy.none')}>{say('policy.none_next')}</EmptyState>;
  }
  return (
    <SplitColumns
      desk="policy"
      mainLabel={say('calendar.tab_policy')}
      leftLabel={say('policy.versions')}
      left={
        <>
          <h2>{say('policy.versions')}</h2>
          <nav aria-label={say('policy.versions')} className="versions">
            {items.map((p) => (
              <button
                key={p.version}
                type="button"
                aria-current={p.version === policy.version ? 'true' : undefined}
                onClick={() => choose(p.version)}
              >
                {say('policy.version', { n: p.version })}
                <small>
                  {p.withdrawnAt ? say('policy.withdrawn') : p.current ? say('policy.current') : ''}
                </small>
              </button>
            ))}
          </nav>
        </>
      }
      side={
        <Version
          key={policy.version}
          policy={policy}
          only={items.every((p) => p === policy || p.withdrawnAt !== null)}
        />
      }
      sideLabel={say('policy.about')}
      sideFlows
    >
      <Limits rows={policy.document.limits} />
      <Ladder rows={policy.document.ladder} />
    </SplitColumns>
  );
}

/** 紧急、投诉、重办: when a line holds; without conditions it is the rest. */
function conditionWords(row: LimitRow, { say, list }: Words): string {
  const parts = [
    row.urgency && say(`urgency.${row.urgency}`),
    row.type && say(`type.${row.type}`),
    row.channel && say(`channel.${row.channel}`),
    row.level !== undefined && say(`level.${row.level}` as 'level.2'),
    row.redo !== undefined && say(row.redo ? 'policy.redo' : 'policy.first_round'),
  ].filter((part): part is string => typeof part === 'string');
  return parts.length > 0 ? list(parts) : say('policy.rest');
}

function Limits({ rows }: { rows: readonly LimitRow[] }) {
  const words = useWords();
  const { say } = words;
  const clocks = CLOCKS.filter((clock) => rows.some((row) => row.clock === clock));
  return (
    <>
      <div className="hd">
        <h2>{say('policy.limits')}</h2>
        <span className="sm mut">{say('policy.first_match')}</span>
      </div>
      <table className="t dense policy-table limits">
        <colgroup>
          <col style={{ width: 148 }} />
          <col style={{ width: 168 }} />
          <col style={{ width: 112 }} />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th>{say('simulate.clock')}</th>
            <th>{say('policy.when')}</th>
            <th className="num">{say('policy.limit')}</th>
            <th>{say('policy.source')}</th>
          </tr>
        </thead>
        <tbody>
          {clocks.flatMap((clock) =>
            rows
              .filter((row) => row.clock === clock)
              .map((row, i) => (
                <tr key={`${clock}:${i}`} className={i === 0 ? 'first' : ''}>
                  <td>{i === 0 && <b>{say(`clock.${clock}`)}</b>}</td>
                  <td>{conditionWords(row, words)}</td>
                  <td className="num nb">{limitWords(words, row.amount, row.basis)}</td>
                  <td className="mut fit">
                    <div className="cut" lang="zh-CN" title={row.source}>
                      {row.source}
                    </div>
                  </td>
                </tr>
              )),
          )}
        </tbody>
      </table>
    </>
  );
}

const momentWords = ({ at }: LadderRow, { say }: Words): string =>
  'share' in at
    ? say('policy.at_share', { n: Math.round(at.share * 100) })
    : at.after === 0
      ? say('policy.at_due')
      : say('policy.at_after', { n: at.after });

function Ladder({ rows }: { rows: readonly LadderRow[] }) {
  const words = useWords();
  const { say, word, list } = words;
  return (
    <>
      <div className="hd">
        <h2>{say('policy.ladder')}</h2>
        <span className="sm mut">{say('policy.ladder_rule')}</span>
      </div>
      <table className="t dense policy-table ladder">
        <thead>
          <tr>
            <th>{say('simulate.clock')}</th>
            <th>{say('policy.moment')}</th>
            <th>{say('policy.does')}</th>
            <th>{say('policy.level')}</th>
            <th>{say('policy.to')}</th>
            <th>{say('policy.message')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <td>{list(row.clocks.map((clock) => say(`clock.${clock}`)))}</td>
              <td className="nb">{momentWords(row, words)}</td>
              <td className="nb">{word(`does.${row.action}`, row.action)}</td>
              <td>
                <LevelMark level={row.level} />
              </td>
              <td>{list(row.to.map((role) => say(`role.${role}`)))}</td>
              <td className="nb">{say(row.message ? 'policy.by_message' : 'policy.inside')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface VersionProps {
  policy: PolicyView;
  /** No other version holds: clocks would have nothing to be computed by. */
  only: boolean;
}
/** About one version: since when, by whom, the rules besides limits and ladder; withdrawing it. */
function Version({ policy, only }: VersionProps) {
  const { say, list } = useWords();
  const { quiet, followup, triggers } = policy.document;
  return (
    <>
      <div className="part">
        <h2>{say('policy.about')}</h2>
        <p className="big">
          {say('policy.version', { n: policy.version })}
          {policy.current && `　${say('policy.current')}`}
        </p>
        <dl className="day-facts sm">
          <dt>{say('policy.from')}</dt>
          <dd>
            <Stamp at={policy.validFrom} />
          </dd>
          <dt>{say('policy.published')}</dt>
          <dd>
            <Stamp at={policy.publishedAt} /> {policy.publishedByName ?? say('policy.by_system')}
          </dd>
          {policy.withdrawnAt && (
            <>
              <dt>{say('policy.withdrawn')}</dt>
              <dd>
                <Stamp at={policy.withdrawnAt} />
              </dd>
            </>
          )}
        </dl>
        {policy.note && <p className="sm sec">{policy.note}</p>}
      </div>
      <div className="part">
        <h2>{say('policy.others')}</h2>
        <ul className="sm sec rules">
          {triggers.map((t) => (
            <li key={`${t.on}:${t.count}`}>
              {say('policy.trigger', { n: t.count })} <LevelMark level={t.level} />
            </li>
          ))}
          <li>
            {say('policy.quiet', {
              from: quiet.from,
              to: quiet.to,
              except: list(quiet.exceptUrgencies.map((u) => say(`urgency.${u}`))),
            })}
          </li>
          <li>
            {say('policy.followup', {
              attempts: followup.attempts,
              days: followup.attemptDays,
              link: followup.linkDays,
              sample: followup.consultationSample,
            })}
          </li>
        </ul>
      </div>
      <Withdraw policy={policy} only={only} />
    </>
  );
}

/** Asks once more, in place: withdrawing computes every living clock of the version again. */
function Withdraw({ policy, only }: VersionProps) {
  const { say } = useWords();
  const [asked, ask] = useState(false);
  const admin = holds(useMe(), 'center_admin');
  const { submit, busy, problem } = useSubmit(
    (_: void, key) => withdrawPolicy(policy.version, key),
    () => ask(false),
  );
  useKeys(asked ? [{ keys: 'Esc', label: 'keys.back', run: () => ask(false), quiet: true }] : []);
  if (!admin) return <p className="part xs mut">{say('policy.read_only')}</p>;
  if (policy.withdrawnAt) return null;
  if (only) return <p className="part xs mut">{say('policy.only')}</p>;
  return (
    <>
      {problem && (
        <div className="act-problem">
          <ProblemNotice problem={problem} />
        </div>
      )}
      <div className="bar" role={asked ? 'alert' : undefined}>
        {asked ? (
          <>
            <p className="sm withdraw-what">{say('policy.withdraw_what', { n: policy.version })}</p>
            <Button danger type="primary" loading={busy} onClick={() => submit()}>
              {say('policy.withdraw_yes', { n: policy.version })}
            </Button>
            <KeyButton keys="Esc" autoFocus onClick={() => ask(false)}>
              {say('common.cancel')}
            </KeyButton>
          </>
        ) : (
          <>
            <Button danger onClick={() => ask(true)}>
              {say('policy.withdraw')}
            </Button>
            <span className="form-state xs mut">{say('policy.withdraw_hint')}</span>
          </>
        )}
      </div>
    </>
  );
}
