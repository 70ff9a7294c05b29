import { describe, expect, it } from 'vitest';
import type { BoardFigures, BoardPush, BoardView, Lamps } from '../../src/supervision/schema.ts';
import { applyChanges, BoardFeed, follow, SILENCE_MS } from '../../web/console/data/board.ts';
import type { BoardState } from '../../web/console/data/board.ts';

const lamps = (change: Partial<Lamps> = {}): Lamps => ({
  roomy: 0,
  soon: 0,
  today: 0,
  overdue: 0,
  paused: 0,
  provisional: 0,
  ...change,
});
const AT = '2026-09-21T02:24:31.000Z';

function view(change: Partial<BoardView> = {}): BoardView {
  const figures: BoardFigures = {
    stages: {
      accept: lamps(),
      dispatch: lamps({ roomy: 3 }),
      sign: lamps({ soon: 1 }),
      final: lamps({ roomy: 10, overdue: 2 }),
      audit: lamps(),
      callback: lamps(),
    },
    units: { a: lamps({ roomy: 10, overdue: 2 }) },
    urgencies: { U3: lamps({ roomy: 12 }) },
    channels: { phone: lamps({ roomy: 12 }) },
    supervision: { open: { '2': 1, '3': 0, '4': 0 }, replied: 0 },
    operators: 4,
  };
  return {
    scope: 'city',
    organization: null,
    figures,
    at: AT,
    epoch: 'e1',
    seq: 7,
    unitsById: {},
    publishedTo: '2026-12-31',
    ...change,
  };
}
const push = (change: Partial<BoardPush> = {}): BoardPush => ({
  scope: 'city',
  epoch: 'e1',
  seq: 8,
  at: '2026-09-21T02:24:32.000Z',
  changes: [],
  lists: [],
  ...change,
});

describe('changes of a push', () => {
  it('set numbers at dotted paths and leave everything else as it was', () => {
    const before = view().figures;
    const after = applyChanges(before, [
      ['units.a.overdue', 3],
      ['stages.final.overdue', 3],
      ['operators', 5],
    ]);
    expect(after.units.a).toEqual(lamps({ roomy: 10, overdue: 3 }));
    expect(after.stages.final.overdue).toBe(3);
    expect(after.operators).toBe(5);
    expect(after.channels).toBe(before.channels);
    expect(before.units.a!.overdue).toBe(2);
  });

  it('bring keys that were not there, and take away those that are null', () => {
    const came = applyChanges(view().figures, [['units.b.today', 1]]);
    expect(came.units.b).toEqual({ today: 1 });
    const gone = applyChanges(came, [['units.b.today', null]]);
    expect(gone.units).toEqual(view().figures.units);
    expect(applyChanges(view().figures, [['units.a', null]]).units).toEqual({});
  });

  it('keep the groups when their last key went', () => {
    const channels = ['roomy', 'soon', 'today', 'overdue', 'paused', 'provisional'];
    const empty = applyChanges(
      view().figures,
      channels.map((lamp): [string, null] => [`channels.phone.${lamp}`, null]),
    );
    expect(empty.channels).toEqual({});
  });
});

describe('a push after a view', () => {
  it('follows when it is the next one', () => {
    const next = follow(view(), push({ changes: [['units.a.overdue', 5]] }));
    expect(next).toMatchObject({ seq: 8, at: '2026-09-21T02:24:32.000Z' });
  });

  it('is already in the view when it is older, and says so when something is missing', () => {
    const now = view();
    expect(follow(now, push({ seq: 6, changes: [['units.a.overdue', 9]] }))).toBe(now);
    expect(follow(now, push({ seq: 7, changes: [['units.a.overdue', 9]] }))).toBe(now);
    expect(follow(now, push({ seq: 9 }))).toBe('gap');
    expect(follow(now, push({ epoch: 'e2', seq: 8 }))).toBe('gap');
  });

  it('is a sign of life without changes, with the same number or the next', () => {
    expect(follow(view(), push({ seq: 7 }))).toMatchObject({ seq: 7, at: push().at });
    expect(follow(view(), push({ seq: 8 }))).toMatchObject({ seq: 8, at: push().at });
  });
});

function feed(answers: (BoardView | null | Error)[]) {
  const states: BoardState[] = [];
  const lists: string[] = [];
  let now = 0;
  let asked = 0;
  const made = new BoardFeed({
    ask: () => {
      const answer = answers[Math.min(asked, answers.length - 1)]!;
      asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    changed: (state) => states.push(state),
    lists: (changed) => lists.push(...changed),
    now: () => now,
  });
  return {
    feed: made,
    states,
    lists,
    asked: () => asked,
    later: (ms: number) => {
      now += ms;
    },
  };
}

describe('the feed', () => {
  it('asks for the whole, then moves with the pushes', async () => {
    const { feed: board, lists, asked } = feed([view()]);
    await board.ask();
    board.push(push({ changes: [['units.a.overdue', 3]], lists: ['escalations'] }));
    board.push(push({ seq: 9, changes: [['units.a.overdue', 4]] }));
    expect(board.state.view?.figures.units.a?.overdue).toBe(4);
    expect(board.state.status).toBe('live');
    expect(board.state.asOf).toBe(Date.parse(push().at));
    expect(lists).toEqual(['orders', 'escalations', 'escalations']);
    expect(asked()).toBe(1);
  });

  it('asks again after a gap, and applies what came meanwhile', async () => {
    const { feed: board, asked } = feed([view(), view({ seq: 20 })]);
    await board.ask();
    board.push(push({ seq: 12 }));
    expect(asked()).toBe(2);
    board.push(push({ seq: 20, changes: [['units.a.overdue', 99]] }));
    board.push(push({ seq: 21, changes: [['units.a.overdue', 6]] }));
    await Promise.resolve();
    await Promise.resolve();
    expect(board.state.view).toMatchObject({ seq: 21 });
    expect(board.state.view?.figures.units.a?.overdue).toBe(6);
    expect(asked()).toBe(2);
  });

  it('asks again when another hub counts', async () => {
    const { feed: board, asked } = feed([view(), view({ epoch: 'e2', seq: 1 })]);
    await board.ask();
    board.push(push({ epoch: 'e2', seq: 8 }));
    await Promise.resolve();
    await Promise.resolve();
    expect(asked()).toBe(2);
    expect(board.state.view).toMatchObject({ epoch: 'e2', seq: 1 });
  });

  it('leaves pushes of another board alone', async () => {
    const { feed: board, asked } = feed([view()]);
    await board.ask();
    board.push(push({ scope: 'unit:x', seq: 40 }));
    expect(board.state.view?.seq).toBe(7);
    expect(asked()).toBe(1);
  });

  it('keeps its figures when the connection is lost, and says since when', async () => {
    const { feed: board } = feed([view(), new Error('no network')]);
    await board.ask();
    board.lost();
    expect(board.state).toMatchObject({ status: 'stale', asOf: Date.parse(AT) });
    await board.ask();
    expect(board.state.status).toBe('stale');
    expect(board.state.view?.seq).toBe(7);
  });

  it('notices silence: signs of life come at least every ten seconds', async () => {
    const { feed: board, later } = feed([view()]);
    await board.ask();
    later(SILENCE_MS - 1);
    expect(board.isSilent()).toBe(false);
    later(2);
    expect(board.isSilent()).toBe(true);
    board.push(push());
    expect(board.isSilent()).toBe(false);
  });

  it('shows nothing of a board that was refused', async () => {
    const { feed: board } = feed([null]);
    await board.ask();
    expect(board.state).toMatchObject({ status: 'refused', view: undefined });
  });
});
