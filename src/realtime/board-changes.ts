/** Which news concern which board, and what changed between two readings of one. Pure. */
import type { BoardFigures, BoardPush } from '../supervision/schema.ts';

const COUNTED_BY_UNIT = /^org:/;

/**
 * Whether news may change what a board counts.
 * @param unitIds the units it counts; null: the whole city.
 * @param rooms rooms that the event of this type went to.
 */
export function concerns(
  unitIds: readonly string[] | null,
  type: string,
  rooms: readonly string[],
): boolean {
  if (unitIds === null || rooms.includes('staff')) return true;
  // Who signs in or out counts in the city only.
  if (rooms.length === 0) return false;
  const units = new Set(unitIds);
  return rooms.some((room) => COUNTED_BY_UNIT.test(room) && units.has(room.slice(4)));
}

/** Lists of a board that an event may change. */
export function listsOf(type: string): BoardPush['lists'] {
  if (type === 'user.signed_in' || type === 'drop') return [];
  // Calls and chats are no orders.
  if (/^(?:call|caller|seat|return_call|chat|door)\./.test(type)) return [];
  return /^(?:escalation|deadline|work_order\.(?:supervis|urged))/.test(type)
    ? ['orders', 'escalations']
    : ['orders'];
}

/** The list behind one number; nobody lists who is signed in. */
export function listBehind(path: string): BoardPush['lists'] {
  if (path === 'operators') return [];
  return path.startsWith('supervision.') ? ['escalations'] : ['orders'];
}

type Tree = { readonly [key: string]: Tree | number | null };

function* leaves(tree: Tree, path: string): Generator<[string, number | null]> {
  for (const [key, value] of Object.entries(tree)) {
    const at = path ? `${path}.${key}` : key;
    if (value !== null && typeof value === 'object') yield* leaves(value, at);
    else yield [at, value];
  }
}

/** What turns one reading of the figures into the next: [path, value], null = gone. */
export function changesBetween(before: BoardFigures, after: BoardFigures): BoardPush['changes'] {
  const old = new Map(leaves(before as unknown as Tree, ''));
  const now = new Map(leaves(after as unknown as Tree, ''));
  const gone = [...old.keys()].filter((path) => !now.has(path));
  const changed = [...now].filter(([path, value]) => !old.has(path) || old.get(path) !== value);
  return [...gone.map((path): [string, null] => [path, null]), ...changed];
}
