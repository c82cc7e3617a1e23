import { useEffect, useState } from 'react';

export type CopyOutcome = 'copied' | 'failed' | undefined;

/** Copies to the clipboard, which browsers offer on https and localhost only. */
export function useCopy(text: string): {
  outcome: CopyOutcome;
  copy: () => void;
} {
  const [outcome, setOutcome] = useState<CopyOutcome>();
  useEffect(() => {
    if (!outcome) {
      return undefined;
    }
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => {
    const written = navigator.clipboard
      ? navigator.clipboard.writeText(text)
      : Promise.reject(new Error('No clipboard'));
    written.then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };
  return { outcome, copy };
}
