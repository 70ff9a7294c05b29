/** @jsxImportSource hono/jsx */
import type { View } from './view.ts';

/** One line on every page of a demo: nothing here is real; the telephone with the messages; the staff's side. */
export const DemoLine = ({ view }: { view: View }) =>
  view.demo ? (
    <aside class="demo">
      <span>{view.say('demo.line')}</span>
      <span>
        <a href="/demo/phone">{view.say('demo.phone')}</a>
        {'　'}
        <a href="/console/">{view.say('citizen.demo_staff')}</a>
      </span>
    </aside>
  ) : null;
