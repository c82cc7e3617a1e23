import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { useEffect, useState } from 'react';
import { checkSignature, SignatureVerdict } from '../../inspect/checkSignature';
import { DecodedToken } from '../../inspect/decodeToken';

/** The verdict on the signature of a token; undefined while it is being checked. */
export function useSignature(
  token: DecodedToken,
  status: EntityStatus,
): SignatureVerdict | undefined {
  const [checked, setChecked] = useState<{
    token: DecodedToken;
    verdict: SignatureVerdict;
  }>();
  useEffect(() => {
    let isCurrent = true;
    if (token.kind === 'decoded') {
      checkSignature(token, status).then(
        verdict => isCurrent && setChecked({ token, verdict }),
        () =>
          isCurrent &&
          setChecked({
            token,
            verdict: {
              kind: 'not-checked',
              reason: 'The check failed.',
            },
          }),
      );
    }
    return () => {
      isCurrent = false;
    };
    // A status that was read anew with the same content changes nothing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [token, status.revision]);
  return checked?.token === token ? checked.verdict : undefined;
}
