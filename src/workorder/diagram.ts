/** The life cycle as a Mermaid diagram, drawn from the same rows that decide. */
import { ASSIGNMENT_ACTS, ORDER_ACTS, assignmentRow, orderRow } from './lifecycle.ts';
import type { AssignmentAct, OrderAct } from './lifecycle.ts';

interface Edge {
  from: string;
  to: string;
  act: string;
}

function edgesOf(
  acts: readonly string[],
  rowOf: (act: string) => {
    from: readonly string[];
    to: string | readonly string[];
    built: boolean;
  },
): Edge[] {
  return acts.flatMap((act) => {
    const row = rowOf(act);
    if (!row.built || row.to === 'same' || row.to === 'origin') return [];
    const targets = typeof row.to === 'string' ? [row.to] : row.to;
    const sources = row.from.length > 0 ? row.from : ['[*]'];
    return sources.flatMap((from) => targets.map((to) => ({ from, to, act })));
  });
}

/** One arrow for each pair of states, with every act that goes that way. */
function arrows(edges: Edge[], label: (act: string) => string): string[] {
  const byPair = new Map<string, string[]>();
  for (const e of edges) {
    const key = `${e.from} --> ${e.to}`;
    byPair.set(key, [...(byPair.get(key) ?? []), label(e.act)]);
  }
  return [...byPair].map(([pair, labels]) => `  ${pair}: ${labels.join(' / ')}`);
}

/**
 * Both tables as Mermaid text: the acts that are built and change a state.
 * @param name the word for an act, in the reader's language.
 */
export function lifecycleDiagram(name: (act: string) => string): string {
  const label = (act: string) =>
    act.startsWith('effect_')
      ? `(${act.slice('effect_'.length).replaceAll('_', ' ')})`
      : `${act} ${name(act)}`;
  const order = edgesOf(Object.keys(ORDER_ACTS), (a) => orderRow(a as OrderAct));
  const assignment = edgesOf(Object.keys(ASSIGNMENT_ACTS), (a) =>
    assignmentRow(a as AssignmentAct),
  );
  const draw = (lines: string[]) => ['```mermaid', 'stateDiagram-v2', ...lines, '```'].join('\n');
  return [
    'Order:',
    '',
    draw([...arrows(order, label), '  closed --> [*]']),
    '',
    'Assignment:',
    '',
    draw(['  [*] --> pending_sign: dispatch / redo', ...arrows(assignment, label)]),
  ].join('\n');
}
