/**
 * Transactions whose statements are sent without waiting for the answers of those before. On a link of
 * half a millisecond an act spends its time on round trips, not on statements: what nobody waits for
 * goes `later`, what does not depend on each other is asked with `Promise.all`, and the commit travels
 * with the last writes.
 */
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
} from 'kysely';
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  QueryResult,
  TransactionBuilder,
} from 'kysely';
import type pg from 'pg';
import { PREPARED, isStalePlan, namesOf } from './prepared.ts';
import type { Names } from './prepared.ts';
import { currentTrace } from './trace.ts';

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}
/** A query that was built, or written as SQL. */
interface Compilable {
  compile(db: any): Statement;
}

const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
/** What fails behind a failure: the transaction is over, or the statement was not prepared any more. */
const BEHIND = new Set(['25P02', '26000']);
/** Turns after which an error is known that was found before anything was sent. */
const TURNS = 10;

const resultOf = <R>({ command, rowCount, rows }: pg.QueryResult): QueryResult<R> => ({
  rows: rows as R[],
  ...(CHANGING.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }),
});

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
      if (BEHIND.has((error as { code?: string }).code ?? '') && this.#failure) throw this.#failure;
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
    return resultOf(await this.#send(query));
  }

  streamQuery(): never {
    throw new Error('nothing is streamed');
  }

  #listen(answer: Promise<unknown>): void {
    answer.catch(() => {});
    this.#unheard.push(answer);
  }

  later(statement: Statement): void {
    if (this.#ended) throw new Error('this transaction has ended');
    this.#listen(this.#send(statement));
  }

  after<R>(statement: Statement): Promise<R[]> {
    const answer = this.#send(statement);
    this.#listen(answer);
    const rows = answer.then((r) => r.rows as R[]);
    rows.catch(() => {});
    return rows;
  }

  begin(statement: string): void {
    this.#listen(this.#ask(statement));
  }

  /** @throws what the first statement that failed said; nothing stands then. */
  async commit(): Promise<void> {
    // What could not even be sent does not end the transaction on the server.
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    if (this.#failure) throw this.#failure;
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
  pipelineOf(db).later(query.compile(db));
}

/**
 * As `later`, for what nobody needs before the transaction has ended: awaited after it, its rows have
 * travelled with the commit.
 */
export const after = <R>(db: Transaction<any>, query: Compilable): Promise<R[]> =>
  pipelineOf(db).after<R>(query.compile(db));

function pipelineOf(db: Transaction<any>): Pipeline {
  const pipeline = open.get(db);
  if (!pipeline) throw new Error('not a transaction of this platform');
  return pipeline;
}

/** A connection on which one request reads what it asks at the same time. */
class Shared implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return resultOf(await this.#client.query(query.sql, [...query.parameters]));
  }

  streamQuery(): never {
    throw new Error('nothing is streamed');
  }

  release(): void {
    this.#client.release();
  }
}

interface Use {
  connection: Promise<Shared>;
  users: number;
}

const elsewhere = async (): Promise<never> => {
  throw new Error('transactions are opened elsewhere');
};

/**
 * Reads outside transactions. What one request asks while it already asks something goes out on the
 * same connection: a page that looks up ten things takes one connection, not ten, and one trip.
 */
class SharingDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #uses = new Map<string, Use>();
  readonly #users = new Map<DatabaseConnection, { use: Use; trace: string | undefined }>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const trace = currentTrace();
    const known = trace === undefined ? undefined : this.#uses.get(trace);
    const use = known ?? { connection: this.#open(), users: 0 };
    if (trace !== undefined && !known) this.#uses.set(trace, use);
    use.users += 1;
    try {
      const connection = await use.connection;
      this.#users.set(connection, { use, trace });
      return connection;
    } catch (error) {
      this.#leave(use, trace);
      throw error;
    }
  }

  async #open(): Promise<Shared> {
    return new Shared(await this.#pool.connect());
  }

  #leave(use: Use, trace: string | undefined): boolean {
    use.users -= 1;
    if (use.users > 0) return false;
    if (trace !== undefined && this.#uses.get(trace) === use) this.#uses.delete(trace);
    return true;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const { use, trace } = this.#users.get(connection)!;
    if (!this.#leave(use, trace)) return;
    this.#users.delete(connection);
    (connection as Shared).release();
  }

  beginTransaction = elsewhere;
  commitTransaction = elsewhere;
  rollbackTransaction = elsewhere;

  destroy(): Promise<void> {
    return this.#pool.end();
  }
}

const dialectOf = (pool: pg.Pool): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new SharingDriver(pool),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

const NO_DRIVER = {} as Driver;

class PipelinedKysely<T> extends Kysely<T> {
  readonly #pool: pg.Pool;
  readonly #dialect: Dialect;
  readonly #names: Names;

  constructor(pool: pg.Pool, names: Names) {
    const dialect = dialectOf(pool);
    super({ dialect });
    this.#pool = pool;
    this.#dialect = dialect;
    this.#names = names;
  }

  override transaction(): TransactionBuilder<T> {
    const builder = (begin: string): TransactionBuilder<T> =>
      ({
        setIsolationLevel: (level: string) => builder(`${begin} isolation level ${level}`),
        setAccessMode: (mode: string) => builder(`${begin} ${mode}`),
        execute: (work) => this.#run(begin, work),
      }) as TransactionBuilder<T>;
    return builder('begin');
  }

  async #run<R>(begin: string, work: (tx: Transaction<T>) => Promise<R>): Promise<R> {
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
      pipeline.begin(begin);
      const answer = await Promise.resolve().then(() => work(tx));
      await pipeline.commit();
      return answer;
    } catch (error) {
      usable = await pipeline.rollback();
      throw error;
    } finally {
      client.release(!usable);
    }
  }
}

/** A database on this pool, whose connections must be `pipelined` in their configuration. */
export function pipelined<T>(pool: pg.Pool, sent: () => void = () => {}): Kysely<T> {
  const names = namesOf();
  pool.on('connect', (client) => {
    cork(client, sent);
    prepare(client, names);
  });
  return new PipelinedKysely<T>(pool, names);
}

type Query = (...args: unknown[]) => unknown;

/** What is asked outside transactions and says that it is to be kept prepared. */
function prepare(client: pg.PoolClient, names: Names): void {
  const query = client.query.bind(client) as Query;
  client.query = ((...args: unknown[]) => {
    const [text, values] = args;
    const named = typeof text === 'string' && text.startsWith(PREPARED) && names.nameOf(text);
    if (!named) return query(...args);
    return (query({ text, values, name: named }) as Promise<unknown>).catch((error: unknown) => {
      names.failed(error);
      if (!isStalePlan(error)) throw error;
      return query(text, values);
    });
  }) as typeof client.query;
}

/** What is sent in one turn of the event loop leaves in one write. */
function cork(client: pg.PoolClient, sent: () => void): void {
  const { stream } = (
    client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }
  ).connection;
  const query = client.query.bind(client) as Query;
  let held = false;
  client.query = ((...args: unknown[]) => {
    if (!held) {
      held = true;
      stream.cork();
      process.nextTick(() => {
        held = false;
        sent();
        stream.uncork();
      });
    }
    return query(...args);
  }) as typeof client.query;
}
