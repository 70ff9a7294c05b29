/** @jsxImportSource hono/jsx */
import { classifierOf } from '../../src/intake/index.ts';
import { isSecret } from '../../src/kernel/words.ts';
import type { EmergencyTarget } from '../../src/kernel/words.ts';
import type { EmergencyGuess } from '../../src/understanding/schema.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import type { Site, View } from './view.ts';

/** What a text says of danger. */
export interface Danger {
  /** The emergency lines it calls for, most likely first. */
  lines: readonly EmergencyTarget[];
  /** What to do meanwhile depends on it. */
  kind: EmergencyGuess['kind'];
}

/** What is understood of the words of a form, whatever the language of the page. */
export interface Heard {
  /** Null where they sound like an ordinary matter. */
  danger: Danger | null;
  /** They ask that nobody learns who wrote them. */
  secret: boolean;
  /** They name a place. */
  placed: boolean;
}

/** Where nobody can listen just now. */
export const unheard = (matter: { address: string }): Heard => ({
  danger: null,
  secret: false,
  placed: matter.address.trim() !== '',
});

/** Listens to the words before they are sent; the same words decide once more at the door. */
export async function heardIn(
  site: Site,
  matter: { content: string; address: string },
): Promise<Heard> {
  const { content, address } = matter;
  const classifier = content.trim() === '' ? null : await classifierOf(site.deps);
  if (!classifier) return unheard(matter);
  const said = classifier.understand({ content, address, channel: 'web' });
  const { emergency } = said;
  return {
    danger: emergency && {
      lines: [emergency.target, ...emergency.also.filter((t) => t !== emergency.target)],
      kind: emergency.kind,
    },
    secret: said.flags.some((g) => isSecret(g.value)),
    placed: address.trim() !== '' || said.address !== null,
  };
}

/** The lines to call for an order that was registered and that nobody has handed over yet. */
export async function openDanger(
  site: Site,
  order: Pick<CitizenOrder, 'emergency' | 'content' | 'address'>,
): Promise<Danger | null> {
  if (!order.emergency) return null;
  const { danger } = await heardIn(site, order);
  const others = danger?.lines.filter((t) => t !== order.emergency) ?? [];
  return { lines: [order.emergency, ...others], kind: danger?.kind ?? 'other' };
}

interface DangerProps {
  view: View;
  danger: Danger | null;
  /** What follows the call: going on with the form, or that it was registered all the same. */
  then: 'form' | 'receipt';
}

/** Said before anything else: first the telephone, then the form, which loses nothing. */
export function DangerFirst({ view, danger, then }: DangerProps) {
  if (!danger) return null;
  const { say } = view;
  return (
    <section class="danger" aria-labelledby="danger">
      <h2 id="danger">{say('citizen.danger.title')}</h2>
      <p>{say('citizen.danger.text')}</p>
      {danger.lines.map((number, i) => (
        <a class={i === 0 ? 'btn first' : 'btn'} href={`tel:${number}`}>
          <b>{say('citizen.danger.call', { number })}</b>
          <small>{say(`citizen.home.${number}`)}</small>
        </a>
      ))}
      <p>{say(`citizen.danger.say.${danger.kind}`)}</p>
      <p>{say(`citizen.danger.${then}`)}</p>
    </section>
  );
}
