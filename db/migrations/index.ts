import * as m0001 from './0001_house.ts';
import * as m0002 from './0002_clocks.ts';
import * as m0003 from './0003_living_city.ts';
import * as m0004 from './0004_attachments.ts';
import * as m0005 from './0005_rates.ts';
import * as m0006 from './0006_demo.ts';
import * as m0007 from './0007_doors.ts';
import * as m0008 from './0008_telephony.ts';
import * as m0009 from './0009_chat.ts';
import * as m0010 from './0010_sms.ts';
import * as m0011 from './0011_demo_switch.ts';
import * as m0012 from './0012_lost_offers.ts';
import * as m0013 from './0013_retention.ts';
import * as m0014 from './0014_chat_presence.ts';
import * as m0015 from './0015_retention_calls.ts';
import * as m0016 from './0016_restriction_proposal.ts';
import * as m0017 from './0017_trace.ts';
import * as m0018 from './0018_proven_ground.ts';
import * as m0019 from './0019_one_index.ts';
import * as m0020 from './0020_one_row.ts';
import * as m0021 from './0021_rates_kept.ts';
import * as m0022 from './0022_order_number.ts';

export interface Migration {
  name: string;
  sql: string;
  /**
   * Names of indexes that `sql` makes, each in a statement that begins a line. Where their table has rows
   * they are built afterwards, outside the transaction, while others go on writing; they must not be unique.
   */
  concurrently?: readonly string[];
}

/** Every migration in order. One that was released is never changed again. */
export const MIGRATIONS: readonly Migration[] = [
  m0001,
  m0002,
  m0003,
  m0004,
  m0005,
  m0006,
  m0007,
  m0008,
  m0009,
  m0010,
  m0011,
  m0012,
  m0013,
  m0014,
  m0015,
  m0016,
  m0017,
  m0018,
  m0019,
  m0020,
  m0021,
  m0022,
];
