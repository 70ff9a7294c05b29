import './board.css';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { BoardView } from '../../../../src/supervision/schema.ts';
import { useBoard } from '../../data/board-live.ts';
import type { BoardState } from '../../data/board.ts';
import { useFreshness } from '../../frame/StatusLine.tsx';
import { useKeys, type KeyBinding } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { EmptyState, Loading } from '../../parts/States.tsx';
import { Breakdown } from './Breakdown.tsx';
import { Clocks } from './Clocks.tsx';
import { FigureRow, figuresOf, useReach } from './Figures.tsx';
import { Freshness } from './Freshness.tsx';
import { lit } from './figures.ts';
import { NowColumn } from './NowColumn.tsx';
import { Risk } from './Risk.tsx';
import { ScopePicker } from './ScopePicker.tsx';

/** 监督台: how many, in whose hands, how late; every number opens its orders. */
export default function BoardDesk() {
  const { say } = useWords();
  const [search, setSearch] = useSearchParams();
  const organizationId = search.get('organizationId') ?? undefined;
  const live = useBoard(organizationId ?? null);
  const [held, setHeld] = useState<BoardState | undefined>();
  useEffect(() => setHeld(undefined), [organizationId]);
  const shown = held ?? live;
  const frozen = held !== undefined;
  const toggle = () => setHeld(frozen ? undefined : live.view && live);
  useFreshness(<Freshness state={shown} frozen={frozen} />);
  const wall = useWall(organizationId);
  useKeys([
    { keys: 'W', label: 'keys.wall', run: wall },
    {
      keys: 'Space',
      shown: say('keys.space'),
      label: frozen ? 'board.unfreeze' : 'keys.freeze',
      run: toggle,
    },
  ]);
  return (
    <>
      <DeskTitle title={say('desk.board_long')} />
      <div className="board-bar">
        <ScopePicker
          value={organizationId}
          view={shown.view}
          onChange={(id) => setSearch(id ? { organizationId: id } : {}, { replace: true })}
        />
        <span className={frozen ? 'board-held sm' : 'board-age xs sec'}>
          <Freshness state={shown} frozen={frozen} />
        </span>
        <span className="r row">
          <KeyButton size="small" keys={say('keys.space')} disabled={!live.view} onClick={toggle}>
            {say(frozen ? 'board.unfreeze' : 'board.freeze')}
          </KeyButton>
          <KeyButton size="small" keys="W" className="to-wall" onClick={wall}>
            {say('board.wall')}
          </KeyButton>
        </span>
      </div>
      {shown.view ? (
        <Board
          key={shown.view.scope}
          view={shown.view}
          organizationId={organizationId}
          frozen={frozen}
        />
      ) : (
        <NoBoard state={shown} />
      )}
    </>
  );
}

function useWall(organizationId: string | undefined): () => void {
  const navigate = useNavigate();
  return () => void navigate(`/wall${organizationId ? `?organizationId=${organizationId}` : ''}`);
}

function NoBoard({ state }: { state: BoardState }) {
  const { say } = useWords();
  if (state.status === 'refused')
    return <EmptyState title={say('board.refused')}>{say('board.refused_next')}</EmptyState>;
  if (state.status === 'stale')
    return <EmptyState title={say('board.unread')}>{say('board.unread_next')}</EmptyState>;
  return <Loading />;
}

interface BoardProps {
  view: BoardView;
  organizationId: string | undefined;
  frozen: boolean;
}
function Board({ view, organizationId, frozen }: BoardProps) {
  const words = useWords();
  const { final } = view.figures.stages;
  const figures = figuresOf(view, { organizationId }, words);
  useDrillKeys(figures);
  return (
    <div className="board">
      <FigureRow figures={figures} />
      <div className="board-mid">
        <Clocks lamps={final} organizationId={organizationId} />
        <Breakdown view={view} organizationId={organizationId} />
        <Risk
          organizationId={organizationId}
          n={lit(final, 'today') + lit(final, 'soon')}
          frozen={frozen}
        />
      </div>
      <aside className="board-side" aria-label={words.say('board.escalations')}>
        <NowColumn organizationId={organizationId} frozen={frozen} />
      </aside>
    </div>
  );
}

/** A digit opens what the figure counts. */
function useDrillKeys(figures: ReturnType<typeof figuresOf>): void {
  const navigate = useNavigate();
  const reach = useReach();
  const first = figures.findIndex((figure) => reach(figure) !== undefined);
  const bindings: KeyBinding[] = figures.map((figure, i) => {
    const to = reach(figure);
    return {
      keys: String(i + 1),
      shown: `1–${figures.length}`,
      label: 'keys.drill',
      off: to === undefined,
      quiet: i !== first,
      run: () => void (to && navigate(to)),
    };
  });
  useKeys(bindings);
}
