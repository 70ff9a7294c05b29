import { useEffect, useRef, useState } from 'react';
import { grouped } from './figures.ts';

const FRESH_MS = 2_500;

/** A number; for a moment after it changed it lies on a tint. Without motion the tint just ends. */
export function Num({ value }: { value: number }) {
  const before = useRef(value);
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    setFresh(true);
    const timer = setTimeout(() => setFresh(false), FRESH_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return <span className={fresh ? 'num-v fresh' : 'num-v'}>{grouped(value)}</span>;
}
