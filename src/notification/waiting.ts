/** Orders of a number that wait for what their citizen was asked. */
import { requestersOf } from '../intake/index.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { orderRow, waitingOfCaller } from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import type { Waiting } from './rules.ts';

const { from } = orderRow('supplement');

/** All of them, secret ones too: words meant for one of those must not end in another. */
export const waitingOf = async (deps: Deps, phone: string): Promise<Waiting[]> =>
  waitingOfCaller(deps.db, await requestersOf(deps, phone), from);

/** Whether the order, as it stands now, takes words from who has nothing but its number. */
export const takesWords = (o: OrderRow): boolean =>
  from.includes(o.state) && !o.emergency && !o.confidential && !o.anonymous;
