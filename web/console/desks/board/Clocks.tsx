import { LAMPS, type Lamp } from '../../../../src/contract.ts';
import type { Lamps } from '../../../../src/supervision/schema.ts';
import { useWords } from '../../lib/text.ts';
import { LampGlyph } from '../../parts/ClockChip.tsx';
import { Drill } from './Drill.tsx';
import { grouped, lit, sum } from './figures.ts';
import { Num } from './Num.tsx';

/** The roomy segment gets at most this many times the rest, and no segment less than this share. */
const ROOMY_MAX = 2.2;
const LEAST = 0.018;

/** Widths of the segments: by number, but what is roomy would leave nothing for what presses. */
function widths(lamps: Partial<Lamps>): { lamp: Lamp; width: number }[] {
  const rest = LAMPS.filter((lamp) => lamp !== 'roomy').reduce(
    (n, lamp) => n + lit(lamps, lamp),
    0,
  );
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
  const all = sum(lamps);
  const filter = (lamp: Lamp) => ({ organizationId, stage: 'final' as const, lamps: [lamp] });
  const segments = widths(lamps);
  const scaled = segments.length > 1 && lit(lamps, 'roomy') > 0;
  return (
    <section className="blk" aria-labelledby="board-clocks">
      <div className="hd p0">
        <h2 id="board-clocks">{say('board.clocks', { n: grouped(all) })}</h2>
        <span className="r xs mut">{say(all === 0 ? 'board.nothing' : 'board.clocks_hint')}</span>
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
            <i
              key={lamp}
              className={`s-${lamp}`}
              style={{ flexGrow: width }}
              title={`${say(`lamp.${lamp}`)} ${grouped(lit(lamps, lamp))}`}
            />
          ))}
        </div>
      )}
      {scaled && <p className="xs mut">{say('board.not_to_scale')}</p>}
    </section>
  );
}
