import { LAMPS, type Lamp } from '../../../../src/contract.ts';
import type { Lamps } from '../../../../src/supervision/schema.ts';
import { useMe } from '../../data/session.tsx';
import { useWords } from '../../lib/text.ts';
import { LampGlyph } from '../../parts/ClockChip.tsx';
import { Drill } from './Drill.tsx';
import { grouped, lit, sum } from './figures.ts';
import { Num } from './Num.tsx';

/** The roomy segment gets at most this many times the rest, and no segment less than this share. */
const ROOMY_MAX = 2.2;
const LEAST = 0.018;

const pressing = (lamps: Partial<Lamps>): number => sum(lamps) - lit(lamps, 'roomy');

/** Widths of the segments: by number, but what is roomy would leave nothing for what presses. */
function widths(lamps: Partial<Lamps>): { lamp: Lamp; width: number }[] {
  const rest = pressing(lamps);
  const roomy = rest === 0 ? 1 : Math.min(lit(lamps, 'roomy'), rest * ROOMY_MAX);
  const whole = rest + roomy;
  return LAMPS.filter((lamp) => lit(lamps, lamp) > 0).map((lamp) => ({
    lamp,
    width: Math.max((lamp === 'roomy' ? roomy : lit(lamps, lamp)) / whole, LEAST),
  }));
}

interface Props {
  lamps: Partial<Lamps>;
  organizationId: string | undefined;
}

/** All clocks in hand: six lamps with shape, word and number, and one bar. */
export function Clocks({ lamps, organizationId }: Props) {
  const { say } = useWords();
  const lists = useMe().desks.includes('overdue');
  const all = sum(lamps);
  const filter = (lamp: Lamp) => ({ organizationId, stage: 'final' as const, lamps: [lamp] });
  const segments = widths(lamps);
  const cut = pressing(lamps) > 0 && lit(lamps, 'roomy') > pressing(lamps) * ROOMY_MAX;
  return (
    <section className="blk" aria-labelledby="board-clocks">
      <div className="hd p0">
        <h2 id="board-clocks">{say('board.clocks', { n: grouped(all) })}</h2>
        <span className="r xs mut">
          {all === 0 ? say('board.nothing') : lists && say('board.clocks_hint')}
        </span>
      </div>
      <div className="lg">
        {LAMPS.map((lamp) => (
          <Drill key={lamp} filter={filter(lamp)} n={lit(lamps, lamp)} className={`lg-${lamp}`}>
            <LampGlyph lamp={lamp} />
            {say(`lamp.${lamp}`)}{' '}
            <b>
              <Num value={lit(lamps, lamp)} />
            </b>
          </Drill>
        ))}
      </div>
      {all > 0 && (
        <div className="lamp-bar" aria-hidden="true">
          {segments.map(({ lamp, width }) => (
            <span key={lamp} style={{ flexGrow: width }}>
              <Drill
                mouse
                filter={filter(lamp)}
                className={`s-${lamp}`}
                title={`${say(`lamp.${lamp}`)} ${grouped(lit(lamps, lamp))}`}
              />
            </span>
          ))}
        </div>
      )}
      {cut && <p className="xs mut">{say('board.not_to_scale')}</p>}
    </section>
  );
}
