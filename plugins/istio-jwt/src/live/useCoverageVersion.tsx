import {
  createContext,
  ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { useListenToSignals } from './useListenToSignals';

const POLL_MS = 30_000;
/** One change of a shared gateway moves many entities: they are one reason to load. */
const SETTLE_MS = 3000;

interface CoverageVersion {
  version: number;
  /** Something changed here: everything in view is asked for again. */
  renew: () => void;
}

const CoverageVersionContext = createContext<CoverageVersion>({
  version: 0,
  renew: () => {},
});

/** Counts up whenever what the page shows may be old: on signals, and every 30 seconds without. */
export function CoverageVersionProvider({ children }: { children: ReactNode }) {
  const [version, setVersion] = useState(0);
  const listen = useListenToSignals();
  const renew = useCallback(() => setVersion(count => count + 1), []);

  useEffect(() => {
    const poll = setInterval(() => {
      if (document.visibilityState === 'visible') {
        renew();
      }
    }, POLL_MS);
    let settle: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = listen?.(signal => {
      if (signal?.type === 'status-changed') {
        settle ??= setTimeout(() => {
          settle = undefined;
          renew();
        }, SETTLE_MS);
      }
    });
    return () => {
      clearInterval(poll);
      clearTimeout(settle);
      unsubscribe?.();
    };
  }, [listen, renew]);

  const value = useMemo(() => ({ version, renew }), [version, renew]);
  return (
    <CoverageVersionContext.Provider value={value}>
      {children}
    </CoverageVersionContext.Provider>
  );
}

export function useCoverageVersion(): CoverageVersion {
  return useContext(CoverageVersionContext);
}
