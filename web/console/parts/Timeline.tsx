/** What happened to an order, newest first (look 30). */
import { useState } from 'react';
import type { OrderDetail, TimelineItem } from '../../../src/workorder/schema.ts';
import { filesOfAct } from '../data/attachments.ts';
import { useNow } from '../data/clock.ts';
import { useWords } from '../lib/text.ts';
import { stampText } from '../lib/time.ts';
import { AttachmentList } from './Attachments.tsx';
import { Choice } from './Choice.tsx';
import { Dots, Tag } from './Marks.tsx';
import { useDetailWords } from './timeline-words.ts';

export const TIMELINE_VIEWS = ['main', 'all', 'citizen'] as const;
export type TimelineView = (typeof TIMELINE_VIEWS)[number];

/** Decisions that change the road of an order; a diamond. */
const TURNS = new Set(['reject', 'audit_fail', 'redo', 'withdraw', 'urge', 'give_up_callback']);
const isEffect = (item: TimelineItem) => item.act.startsWith('effect_');
const isPublic = (item: TimelineItem) => item.texts.some((text) => text.visibility === 'public');
/** What the citizen's own page tells as well. */
const CITIZEN_SEES = new Set(['register', 'dispatch', 'sign', 'audit_pass', 'close', 'withdraw']);

export function visibleItems(order: OrderDetail, view: TimelineView): TimelineItem[] {
  const newestFirst = [...order.timeline].sort(
    (a, b) => b.version - a.version || Date.parse(b.at) - Date.parse(a.at),
  );
  if (view === 'all') return newestFirst;
  if (view === 'citizen') {
    return newestFirst.filter((i) => isPublic(i) || CITIZEN_SEES.has(i.act));
  }
  return newestFirst.filter((i) => !isEffect(i));
}

export function useTimelineView() {
  const { say } = useWords();
  const [view, setView] = useState<TimelineView>('main');
  const chooser = (
    <Choice
      label={say('timeline.view')}
      hideLabel
      look="s"
      value={view}
      onChange={setView}
      options={TIMELINE_VIEWS.map((value) => ({ value, label: say(`timeline.${value}`) }))}
    />
  );
  return [view, chooser] as const;
}

interface Props {
  order: OrderDetail;
  view?: TimelineView;
  limit?: number;
}
export function Timeline({ order, view = 'main', limit }: Props) {
  const { language } = useWords();
  const now = useNow(60_000);
  const items = visibleItems(order, view).slice(0, limit);
  return (
    <ol className="tl">
      {items.map((item, i) => (
        <li key={item.id} className={lookOf(item, i === 0)}>
          <time dateTime={item.at}>{stampText(item.at, now, language)}</time>
          <i className="dot" />
          <div>
            <Line item={item} />
            <Quotes item={item} />
            <AttachmentList files={filesOfAct(order.attachments, item.id)} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function lookOf(item: TimelineItem, newest: boolean): string {
  if (newest) return 'now';
  if (TURNS.has(item.act)) return 'warn';
  if (isPublic(item)) return 'pub';
  return item.party === 'system' || isEffect(item) ? 'sys' : '';
}

function Line({ item }: { item: TimelineItem }) {
  const { say, word, name } = useWords();
  const details = useDetailWords(item);
  const act = isEffect(item) ? say(`state.${item.to}`) : word(`act.${item.act}`);
  const who = [
    item.organization && name(item.organization),
    item.actorName ?? say(`role.${item.party}`),
  ];
  return (
    <p>
      <b className="act">{act}</b>
      <Dots>{details}</Dots>
      {details.length > 0 && '　'}
      <span className="mut">{who.filter(Boolean).join(' ')}</span>
    </p>
  );
}

function Quotes({ item }: { item: TimelineItem }) {
  const { say } = useWords();
  return item.texts.map((text, i) => (
    <p key={i} className={text.visibility === 'public' ? 'quote' : 'quote hatch'}>
      <span className={text.visibility === 'public' ? '' : 'hatch-text'}>{text.body}</span>{' '}
      <Tag kind={text.visibility === 'public' ? 'pri' : 'lock'}>
        {say(`visibility.${text.visibility}`)}
      </Tag>
    </p>
  ));
}
