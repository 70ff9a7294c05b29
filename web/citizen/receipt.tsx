/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import { orderClocks } from '../../src/deadline/index.ts';
import { queryCode } from '../../src/intake/index.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { attachmentsOf, citizenOrder } from '../../src/workorder/index.ts';
import { CITIZEN } from './citizen.ts';
import { readPass } from './cookies.ts';
import { DangerFirst, openDanger } from './danger.tsx';
import type { Danger } from './danger.tsx';
import { Page } from './page.tsx';
import { Hidden, OrderNo } from './parts.tsx';
import { goTo, show, switched, viewOf } from './view.ts';
import type { Site, View } from './view.ts';

interface SlipProps {
  view: View;
  orderNo: string;
  code: string;
  registeredAt: Date;
  /** Secrecy was wished for, on the form or in the words. */
  confidential: boolean;
  /** Photos that came with it. */
  photos: number;
  danger: Danger | null;
  /** Until when somebody reads it, by the clock that runs; null where that is over. */
  readBy: Date | null;
}

/** The slip: two lines to write down, and what happens next, first until when. */
export const Receipt = (props: SlipProps) => {
  const { view, orderNo, code, registeredAt, confidential, photos, danger, readBy } = props;
  const { say } = view;
  const title = say(danger ? 'citizen.receipt.title_danger' : 'citizen.receipt.title');
  const half = Math.ceil(code.length / 2);
  return (
    <Page view={view} title={title}>
      <div class="in">
        <DangerFirst view={view} danger={danger} then="receipt" />
        <div>
          <h1>{title}</h1>
          <p class="sub">{say('citizen.receipt.sub', { when: view.when(registeredAt) })}</p>
        </div>
        <dl class="slip">
          <div>
            <dt>{say('citizen.receipt.no')}</dt>
            <dd>
              <OrderNo no={orderNo} />
            </dd>
          </div>
          <div>
            <dt>{say('citizen.receipt.code')}</dt>
            <dd class="code">
              {code.slice(0, half)} {code.slice(half)}
            </dd>
          </div>
        </dl>
        <p class="hint">
          {photos > 0 && say('citizen.receipt.photos', { n: photos })}
          {say('citizen.receipt.keep')}
        </p>
        {confidential && <p class="said">{say('citizen.receipt.secret')}</p>}
        <div>
          <h2>{say('citizen.receipt.next')}</h2>
          <ol class="tk">
            <li class="on">
              {say(readBy ? 'citizen.receipt.next_1_by' : 'citizen.receipt.next_1', {
                when: readBy ? view.near(readBy, registeredAt) : '',
              })}
            </li>
            <li class="to">
              {say(confidential ? 'citizen.receipt.next_2_secret' : 'citizen.receipt.next_2')}
            </li>
            <li class="to">{say('citizen.receipt.next_3')}</li>
          </ol>
        </div>
      </div>
      {/* The pair goes as a form: it must stand in no address and thus in no log. */}
      <form class="act" method="post" action="/track">
        <Hidden values={{ orderNo, code }} />
        <button class="btn p">{say('citizen.receipt.follow')}</button>
        <p class="hint">{say('citizen.no_fee')}</p>
      </form>
    </Page>
  );
};

/** Clocks that run while the centre reads what was written. */
const READING: readonly string[] = ['accept', 'dispatch'];

export const receiptPages = (site: Site) =>
  new Hono<Env>().get('/', async (c) => {
    const moved = switched(c, site);
    if (moved) return moved;
    const orderId = readPass(c, site.deps, 'receipt');
    if (!orderId) return goTo(c, '/track');
    const actor = { kind: 'citizen', orderId, how: 'submission' } as const;
    const { db } = site.deps;
    const order = await citizenOrder(db, actor, orderId);
    const { orderNo, registeredAt, confidential } = order;
    const view = viewOf(c, site);
    const code = queryCode(site.deps, orderId);
    const photos = (await attachmentsOf(db, CITIZEN, orderId)).length;
    const danger = await openDanger(site, order);
    const clock = (await orderClocks(db, [orderId])).get(orderId);
    const awaits = clock && READING.includes(clock.clock) && clock.lamp !== 'overdue';
    const readBy = awaits && clock.dueAt ? new Date(clock.dueAt) : null;
    const slip = { view, orderNo, code, registeredAt, confidential, photos, danger, readBy };
    return show(c, view, <Receipt {...slip} />);
  });
