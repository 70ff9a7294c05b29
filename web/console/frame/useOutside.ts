import { useEffect, type RefObject } from 'react';

/** Calls when the pointer goes down outside of the element. */
export function useOutside(box: RefObject<HTMLElement | null>, onOutside: () => void): void {
  useEffect(() => {
    const onDown = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) onOutside();
    };
    window.addEventListener('pointerdown', onDown);
    return () => window.removeEventListener('pointerdown', onDown);
  });
}
