import { Alert } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { judgeTimes } from '../../inspect/judgeTimes';
import { useNow } from '../RelativeTime/useNow';
import { Section } from '../Section';
import { ViewFrame } from '../ViewFrame';
import { DecisionsSection } from './DecisionsSection';
import { TokenChecks } from './TokenChecks';
import { TokenContents } from './TokenContents';
import { TokenField } from './TokenField';
import { usePastedToken } from './usePastedToken';
import { useSignature } from './useSignature';

/** Reads a pasted token and says what every way in answers to it, all inside the browser. */
export function InspectorView({ status }: { status: EntityStatus }) {
  const { text, setText, token } = usePastedToken();
  const signature = useSignature(token, status);
  const now = useNow();
  const times =
    token.kind === 'decoded' ? judgeTimes(token.claims, now) : undefined;
  return (
    <ViewFrame
      title="Inspect a token"
      summary="What is in it, whether it holds, and what every way in answers to it."
    >
      <Section title="Paste it">
        <TokenField text={text} onChange={setText} />
      </Section>
      {token.kind === 'not-a-jwt' && (
        <Alert
          role="status"
          status="warning"
          icon
          title="This is no JWT"
          description={`${token.reason} A proxy that validates tokens answers 401 to it, on exempt paths too.`}
        />
      )}
      {token.kind === 'decoded' && times && (
        <>
          <TokenChecks times={times} signature={signature} />
          <TokenContents token={token} times={times} />
        </>
      )}
      {token.kind !== 'none' && (
        <DecisionsSection
          status={status}
          token={token}
          times={times}
          signature={signature}
        />
      )}
    </ViewFrame>
  );
}
