/** The house that the telephones ring at: two api processes, a worker, operators at their seats. */
import type pg from 'pg';
import { openSource } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { createCrypto } from '../../src/platform/crypto.ts';
import { connect } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { openHouse, SECRET } from '../processes.ts';
import type { Browser, House } from '../processes.ts';
import { DOOR_SECRET } from './telephones.ts';

/** Short rings and short wrap-ups: what takes half a minute at a desk takes a second here. */
const QUICK = `insert into channel_policy (version, document, created_at, note)
  select version + 1, jsonb_set(document, '{telephony}', document->'telephony' ||
    '{"ringSeconds": 2, "wrapUpSeconds": 1, "askAgainMs": 200}'), created_at, 'sip test'
  from channel_policy order by version desc limit 1`;

const OPERATOR = `with like_her as (select * from app_user where login = 'operator'),
  made as (
    insert into app_user (id, person_id, login, display_name, password_hash)
    select gen_random_uuid(), gen_random_uuid(), $1, $1, password_hash from like_her
    returning id)
  insert into role_grant (id, user_id, organization_id, role)
  select gen_random_uuid(), made.id, g.organization_id, g.role
  from made, role_grant g where g.user_id = (select id from like_her) and g.role = 'operator'`;

export interface TelephoneHouse extends House {
  /** Addresses of both api processes. */
  apis: [string, string];
  /** Kills an api process like a power cut, and starts it again at the same address. */
  killApi(which: 0 | 1): Promise<void>;
  /** An operator of that extension sits down, ready. */
  sit(extension: string): Promise<Browser>;
}

async function openDoor(house: House): Promise<void> {
  const { db, close } = connect(house.database.appUrl, { max: 1, name: 'sip-test' });
  const deps = { db, crypto: createCrypto(SECRET), log: createLog('test', 'silent') } as Deps;
  const source = {
    name: 'kamailio',
    door: 'cti',
    secret: DOOR_SECRET,
    perMinute: 100_000,
  } as const;
  await inTransaction({ ...deps, consumersOf: () => [] }, SYSTEM, (tx) =>
    openSource(tx, deps, source),
  );
  await close();
}

export async function openTelephoneHouse(): Promise<TelephoneHouse> {
  // The switch has a clock of its own: the house keeps real time too.
  const house = await openHouse('postgres', {}, { at: new Date().toISOString() });
  await house.owner.query(QUICK);
  await openDoor(house);
  let second = await house.startApi();
  const close = house.close;
  return Object.assign(house, {
    apis: [house.url, second.url].map((u) => u.replace('localhost', '127.0.0.1')) as [
      string,
      string,
    ],
    async killApi(which: 0 | 1) {
      if (which === 0) return house.restartApi();
      await second.proc.kill9();
      second = await house.startApi(Number(new URL(second.url).port));
    },
    async sit(extension: string) {
      const login = `tel${extension}`;
      await house.owner.query(OPERATOR, [login]);
      const who = await house.as(login);
      const answer = await who.put('/api/telephony/seat', { state: 'ready', extension });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return who;
    },
    async close() {
      await second.proc.stop();
      await close.call(house);
    },
  });
}

/** What the platform knows of every call, by the switch's name for it. */
export interface CallRecord {
  outcome: string | null;
  state: string;
  ended_by: string | null;
  end_reason: string;
  ordered: boolean;
  legs: { target: string; kind: string; leg_id: string }[];
}

export async function callRecords(owner: pg.Pool): Promise<Map<string, CallRecord>> {
  const { rows } = await owner.query(`select external_id, outcome, state, ended_by, end_reason,
      entered_at <= coalesce(answered_at, entered_at)
        and coalesce(answered_at, entered_at) <= ended_at as ordered,
      coalesce((select json_agg(json_build_object('target', l.target, 'kind', l.kind,
        'leg_id', l.leg_id) order by l.position) from call_leg l where l.call_id = call.id), '[]') as legs
    from call`);
  return new Map(rows.map((r) => [r.external_id as string, r as CallRecord]));
}
