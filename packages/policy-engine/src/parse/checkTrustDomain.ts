import { Reader } from './reader';

const LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const MAX_LABEL = 63;

/** Reports a trust domain for which istiod refuses the whole mesh config (Istio's ValidateTrustDomain). */
export function checkTrustDomain(
  domain: string | undefined,
  at: string,
  reader: Reader,
): void {
  if (domain === undefined) return;
  // The last part may be empty, for names that stand for themselves.
  const labels = domain.replace(/\.$/, '').split('.');
  const isValid = labels.every(
    label => label.length <= MAX_LABEL && LABEL.test(label),
  );
  if (!isValid) reader.report(at, 'is no name of a trust domain');
}
