/** A database of one's own: the seeded template, cloned in a moment. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  name: string;
  ownerUrl: string;
  appUrl: string;
  drop(): Promise<void>;
}

const admin = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('ownerUrl').replace('{db}', 'hotline') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** Clones the template, or another database by its name, or makes an empty one. */
export async function newDatabase(kind: string = 'seeded'): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  // Copied file by file: half the time of a copy that is logged, and nobody recovers it.
  const like = ` template ${kind === 'seeded' ? inject('template') : kind} strategy file_copy`;
  await admin(`create database ${name}${kind === 'empty' ? '' : like}`);
  return {
    name,
    ownerUrl: inject('ownerUrl').replace('{db}', name),
    appUrl: inject('appUrl').replace('{db}', name),
    drop: () => admin(`drop database if exists ${name} with (force)`),
  };
}
