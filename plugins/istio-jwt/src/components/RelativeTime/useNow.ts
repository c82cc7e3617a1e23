import { useEffect, useState } from 'react';

const TICK_MS = 10_000;

/** The time in milliseconds since the epoch, renewed while mounted. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  // What is shown may be younger than the last tick.
  return Math.max(now, Date.now());
}
