/** @jsxImportSource hono/jsx */
import { classifierOf } from '../../src/intake/index.ts';
import type { EmergencyTarget } from '../../src/kernel/words.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import type { Site, View } from './view.ts';

/** The emergency lines a text calls for, most likely first. */
export type Danger = readonly EmergencyTarget[];

/** Which emergency lines the words call for; null where they sound like an ordinary matter. */
export async function dangerOf(
  site: Site,
  matter: { content: string; address: string },
): Promise<Danger | null> {
  if (matter.content.trim() === '') return null;
  const classifier = await classifierOf(site.deps);
  const emergency = classifier?.understand({ ...matter, channel: 'web' }).emergency ?? null;
  return emergency && [emergency.target, ...emergency.also.filter((t) => t !== emergency.target)];
}

/** The lines to call for an order that was registered and that nobody has handed over yet. */
export async function openDanger(
  site: Site,
  order: Pick<CitizenOrder, 'emergency' | 'content' | 'address'>,
): Promise<Danger | null> {
  if (!order.emergency) return null;
  const heard = (await dangerOf(site, order)) ?? [];
  return [order.emergency, ...heard.filter((t) => t !== order.emergency)];
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
      {danger.map((number, i) => (
        <a class={i === 0 ? 'btn first' : 'btn'} href={`tel:${number}`}>
          <b>{say('citizen.danger.call', { number })}</b>
          <small>{say(`citizen.home.${number}`)}</small>
        </a>
      ))}
      <p>{say(`citizen.danger.${then}`)}</p>
    </section>
  );
}
