import { useEffect, useMemo, useState } from 'react';
import { DecodedToken, decodeToken } from '../../inspect/decodeToken';

/**
 * A pasted token: in the memory of the mounted view alone, and gone when the page is left, also for
 * the browser's cache of pages to go back to.
 */
export function usePastedToken(): {
  text: string;
  setText: (text: string) => void;
  token: DecodedToken;
} {
  const [text, setText] = useState('');
  useEffect(() => {
    const forget = () => setText('');
    window.addEventListener('pagehide', forget);
    return () => window.removeEventListener('pagehide', forget);
  }, []);
  const token = useMemo(() => decodeToken(text), [text]);
  return { text, setText, token };
}
