import { Alert, SearchField } from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { looksLikeToken } from '../../coverage/looksLikeToken';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';

const PAUSE_MS = 300;

/** Full-text search that asks once the typing pauses. */
export function ServiceSearch() {
  const { address, filterBy } = useCoverageAddress();
  const asked = address.filter.q ?? '';
  const [text, setText] = useState(asked);
  const lastAsked = useRef(asked);
  const isToken = looksLikeToken(text);

  // The address moved by itself: a saved view, "back", or a filter taken away.
  useEffect(() => {
    if (asked !== lastAsked.current) {
      lastAsked.current = asked;
      setText(asked);
    }
  }, [asked]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === lastAsked.current || isToken) {
      return undefined;
    }
    const timer = setTimeout(() => {
      lastAsked.current = wanted;
      filterBy({ q: wanted || undefined }, { replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, isToken, filterBy]);

  return (
    <>
      <SearchField
        label="Search"
        description="Services, owners, systems, hosts and issuers. Every word has to occur."
        placeholder="orders shop.example"
        value={text}
        maxLength={200}
        autoComplete="off"
        onChange={setText}
      />
      {isToken && (
        <Alert
          role="alert"
          status="warning"
          icon
          title="This looks like a token"
          description="It is not searched for and went nowhere. To look into a token, use “Inspect a token” on a service’s JWT tab."
        />
      )}
    </>
  );
}
