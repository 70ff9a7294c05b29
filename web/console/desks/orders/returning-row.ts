import { useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { focusRow } from '../../lib/list-keys.ts';

interface Row {
  id: string;
  at: number;
}

/** The chosen row of a list whose rows open as pages: whoever comes back finds it chosen again. */
export function useReturningRow(ids: readonly string[]) {
  const navigate = useNavigate();
  const { search, state } = useLocation();
  const left = useRef((state as { row?: Row } | null)?.row);
  const [row, setRow] = useState<Row | undefined>(left.current);
  // Where it stood, what follows takes the place of a row that left the list meanwhile.
  const found = row ? ids.indexOf(row.id) : -1;
  const selected = row && (found >= 0 ? row.id : ids[Math.min(row.at, ids.length - 1)]);
  useEffect(() => {
    if (!left.current || selected === undefined) return;
    left.current = undefined;
    requestAnimationFrame(() => focusRow(selected));
  }, [selected]);
  const select = (id: string) => setRow({ id, at: ids.indexOf(id) });
  const open = (id: string) => {
    const here = { row: { id, at: ids.indexOf(id) } };
    void navigate(`/orders${search}`, { replace: true, state: here });
    void navigate(`/orders/${id}`);
  };
  return { selected, select, open };
}
