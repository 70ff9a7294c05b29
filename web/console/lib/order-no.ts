/** How an order's number is written: the day, a stroke, the rest. */
const TAIL = 4;
/** 20260921-00 and 4127: the day and what stands before the last four; and these, which people say. */
export function orderNoParts(no: string): { head: string; tail: string } {
  const head = no.slice(0, -TAIL);
  return {
    head: head.length > 8 ? `${head.slice(0, 8)}-${head.slice(8)}` : head,
    tail: no.slice(-TAIL),
  };
}
/** The number in one piece, within a sentence. */
export function orderNoText(no: string): string {
  const { head, tail } = orderNoParts(no);
  return head + tail;
}
