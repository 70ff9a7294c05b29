/** The telephone for the desks: seats, calls, calls to return, restricted callers, recordings. */
import { Hono } from 'hono';
import { idempotencyKey, staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { pathId, valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { colleagues, queueNow } from './around.ts';
import { command } from './commands.ts';
import type { SwitchDoor } from './commands.ts';
import { deskOf, putSeat, seatOf } from './desk.ts';
import { dialReturn } from './dial.ts';
import { connectRate } from './figures.ts';
import { callsOfContact, myCalls, oneCall } from './read.ts';
import { countProposals, decide, listProposals, propose, warnedCallers } from './proposals.ts';
import { playRecording } from './recordings.ts';
import type { RecordingStores } from './recordings.ts';
import { lift, listRestrictions, restrict, warn } from './restricted.ts';
import { listReturns, recordReturnAttempt, takeReturn } from './returns.ts';
import {
  attemptInput,
  commandInput,
  decisionInput,
  liftInput,
  proposalQuery,
  proposeInput,
  rateQuery,
  restrictInput,
  restrictedQuery,
  returnQuery,
  seatInput,
} from './schema.ts';

export interface TelephonyOptions extends SwitchDoor, RecordingStores {}

const seatRoutes = (deps: Deps, options: TelephonyOptions) => {
  const commands = options.commandUrl !== undefined;
  return new Hono<Env>()
    .get('/telephony/queue', async (c) => c.json(await queueNow(deps, staff(c)), 200))
    .get('/telephony/colleagues', async (c) => c.json(await colleagues(deps, staff(c)), 200))
    .get('/telephony/desk', async (c) => c.json(await deskOf(deps, staff(c), { commands }), 200))
    .get('/telephony/seat', async (c) => c.json(await seatOf(deps, staff(c), { commands }), 200))
    .put('/telephony/seat', valid('json', seatInput), async (c) => {
      await putSeat(deps, staff(c), c.req.valid('json'), c.get('call'));
      return c.json(await seatOf(deps, staff(c), { commands }), 200);
    });
};

const callRoutes = (deps: Deps, options: TelephonyOptions) =>
  new Hono<Env>()
    .get('/telephony/calls', async (c) => c.json(await myCalls(deps, staff(c)), 200))
    .get('/telephony/calls/:id', async (c) =>
      c.json(await oneCall(deps, staff(c), pathId(c.req.param('id'))), 200),
    )
    .post('/telephony/calls/:id/commands', valid('json', commandInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await command(deps, options, staff(c), id, c.req.valid('json')), 200);
    })
    .post('/telephony/calls/:id/warnings', async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await warn(deps, staff(c), id, c.get('call')), 201);
    })
    .post('/telephony/calls/:id/restriction-proposals', valid('json', proposeInput), async (c) => {
      idempotencyKey(c);
      const id = pathId(c.req.param('id'));
      return c.json(await propose(deps, staff(c), id, c.req.valid('json'), c.get('call')), 201);
    })
    .get('/telephony/contacts/:id/calls', async (c) =>
      c.json(await callsOfContact(deps, staff(c), pathId(c.req.param('id'))), 200),
    )
    .get('/telephony/recordings/:id/audio', async (c) => {
      const id = pathId(c.req.param('id'));
      return playRecording(deps, options, staff(c), id, c.req.header('range'));
    })
    .get('/telephony/connect-rate', valid('query', rateQuery), async (c) =>
      c.json(await connectRate(deps, staff(c), new Date(c.req.valid('query').from)), 200),
    );

const restrictedRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/telephony/restricted-callers', valid('query', restrictedQuery), async (c) =>
      c.json(await listRestrictions(deps, staff(c), c.req.valid('query')), 200),
    )
    .post('/telephony/restricted-callers', valid('json', restrictInput), async (c) => {
      idempotencyKey(c);
      return c.json(await restrict(deps, staff(c), c.req.valid('json'), c.get('call')), 201);
    })
    .post('/telephony/restricted-callers/:id/lift', valid('json', liftInput), async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await lift(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
    })
    .get('/telephony/warned-callers', async (c) =>
      c.json({ items: await warnedCallers(deps, staff(c)) }, 200),
    )
    .get('/telephony/restriction-proposals', valid('query', proposalQuery), async (c) =>
      c.json(await listProposals(deps, staff(c), c.req.valid('query')), 200),
    )
    .get('/telephony/restriction-proposals/count', async (c) =>
      c.json(await countProposals(deps, staff(c)), 200),
    )
    .post(
      '/telephony/restriction-proposals/:id/decision',
      valid('json', decisionInput),
      async (c) => {
        const id = pathId(c.req.param('id'));
        return c.json(await decide(deps, staff(c), id, c.req.valid('json'), c.get('call')), 200);
      },
    );

const returnRoutes = (deps: Deps, options: TelephonyOptions) =>
  new Hono<Env>()
    .get('/telephony/return-calls', valid('query', returnQuery), async (c) =>
      c.json(await listReturns(deps, staff(c), c.req.valid('query')), 200),
    )
    .post('/telephony/return-calls/:id/take', async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await takeReturn(deps, staff(c), id, c.get('call')), 200);
    })
    .post('/telephony/return-calls/:id/dial', async (c) => {
      const id = pathId(c.req.param('id'));
      return c.json(await dialReturn(deps, options, staff(c), id), 200);
    })
    .post('/telephony/return-calls/:id/attempts', valid('json', attemptInput), async (c) => {
      const id = pathId(c.req.param('id'));
      const input = c.req.valid('json');
      return c.json(await recordReturnAttempt(deps, staff(c), id, input, c.get('call')), 200);
    });

export const telephonyRoutes = (deps: Deps, options: TelephonyOptions) =>
  new Hono<Env>()
    .route('/', seatRoutes(deps, options))
    .route('/', callRoutes(deps, options))
    .route('/', restrictedRoutes(deps))
    .route('/', returnRoutes(deps, options));
