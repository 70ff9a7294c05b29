/**
 * Transactions whose statements are sent without waiting for the answers of those before. On a link of
 * half a millisecond an act spends its time on round trips, not on statements: what nobody waits for
 * goes `later`, what does not depend on each other is asked with `Promise.all`, and the commit travels
 * with the last writes.
 */
import { Kysely, PostgresDialect, Transaction } from 'kysely';
import type { CompiledQuery, Driver, QueryResult, TransactionBuilder } from 'kysely';
import type pg from 'pg';
import { namesOf } from './prepared.ts';
import type { Names } from './prepared.ts';

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}
/** A query that was built, or written as SQL. */
interface Compilable {
  compile(db: any): Statement;
}

const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const ABORTED = '25P02';

/** One open transaction on its connection. PostgreSQL answers in the order in which it was asked. */
class Pipeline {
  readonly #client: pg.PoolClient;
  readonly #names: Names;
  readonly #unheard: Promise<unknown>[] = [];
  #failure: unknown;
  #ended = false;

  constructor(client: pg.PoolClient, names: Names) {
    this.#client = client;
    this.#names = names;
  }

  async #ask(statement: string | pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(statement);
    } catch (error) {
      this.#names.failed(error);
      // Whatever stands behind the statement that failed fails too, and says nothing of why.
      if ((error as { code?: string }).code === ABORTED && this.#failure) throw this.#failure;
      this.#failure ??= error;
      throw error;
    }
  }

  #send({ sql, parameters }: Statement): Promise<pg.QueryResult> {
    if (this.#ended) return Promise.reject(new Error('this transaction has ended'));
    const name = this.#names.nameOf(sql);
    return this.#ask({ text: sql, values: [...parameters], ...(name && { name }) });
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.#send(query);
    return {
      rows: rows as R[],
      ...(CHANGING.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }),
    };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('no streams in a transaction');
  }

  #listen(answer: Promise<unknown>): void {
    answer.catch(() => {});
    this.#unheard.push(answer);
  }

  later(statement: Statement): void {
    this.#listen(this.#send(statement));
  }

  begin(): void {
    this.#listen(this.#ask('begin'));
  }

  /** @throws what the first statement that failed said; nothing stands then. */
  async commit(): Promise<void> {
    const committed = this.#ask('commit');
    this.#ended = true;
    this.#listen(committed);
    await Promise.all(this.#unheard);
    // PostgreSQL answers the commit of a failed transaction with a rollback, and no error.
    if ((await committed).command !== 'COMMIT') throw this.#failure ?? new Error('rolled back');
  }

  /** @returns whether the connection may be used again. */
  async rollback(): Promise<boolean> {
    this.#ended = true;
    return this.#client.query('rollback').then(
      () => true,
      () => false,
    );
  }
}

const open = new WeakMap<object, Pipeline>();

/**
 * Sends a statement of this transaction whose answer nobody needs, at once and in order: what is asked
 * after it sees what it did. If it fails, what follows fails, and the transaction with what it said.
 */
export function later(db: Transaction<any>, query: Compilable): void {
  const pipeline = open.get(db);
  if (!pipeline) throw new Error('not a transaction of this platform');
  pipeline.later(query.compile(db));
}

const NO_DRIVER = {} as Driver;

class PipelinedKysely<T> extends Kysely<T> {
  readonly #pool: pg.Pool;
  readonly #dialect: PostgresDialect;
  readonly #names = namesOf();

  constructor(pool: pg.Pool) {
    const dialect = new PostgresDialect({ pool });
    super({ dialect });
    this.#pool = pool;
    this.#dialect = dialect;
  }

  override transaction(): TransactionBuilder<T> {
    return { execute: (work) => this.#run(work) } as TransactionBuilder<T>;
  }

  async #run<R>(work: (tx: Transaction<T>) => Promise<R>): Promise<R> {
    const client = await this.#pool.connect();
    const pipeline = new Pipeline(client, this.#names);
    const tx = new Transaction<T>({
      config: { dialect: this.#dialect },
      dialect: this.#dialect,
      driver: NO_DRIVER,
      executor: this.getExecutor().withConnectionProvider({
        provideConnection: (use) => use(pipeline),
      }),
    });
    open.set(tx, pipeline);
    let usable = true;
    try {
      pipeline.begin();
      const answer = await work(tx).catch(async (error: unknown) => {
        usable = await pipeline.rollback();
        throw error;
      });
      await pipeline.commit();
      return answer;
    } finally {
      client.release(!usable);
    }
  }
}

/** A database on this pool, whose transactions are sent as described above. */
export const pipelined = <T>(pool: pg.Pool): Kysely<T> => new PipelinedKysely<T>(pool);

/** What is sent in one turn of the event loop leaves in one write. */
export function corked(client: pg.PoolClient): void {
  const { stream } = (
    client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }
  ).connection;
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let held = false;
  client.query = ((...args: unknown[]) => {
    if (!held) {
      held = true;
      stream.cork();
      process.nextTick(() => {
        held = false;
        stream.uncork();
      });
    }
    return query(...args);
  }) as typeof client.query;
}
