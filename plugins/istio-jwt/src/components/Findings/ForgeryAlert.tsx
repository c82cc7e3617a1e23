import { Alert } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';

/** Says that valid tokens prove nothing: no state does. */
export function ForgeryAlert({ status }: { status: EntityStatus }) {
  const known = collectFindings(status)
    .map(({ finding }) => finding)
    .filter(({ id }) => id === 'jwks-known-key');
  if (known.length === 0) {
    return null;
  }
  const messages = [...new Set(known.map(({ message }) => message))];
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      className={styles.alert}
      title="Everybody can sign tokens that are valid here"
      description={`${messages[0]}${
        messages.length > 1 ? ` And ${messages.length - 1} more.` : ''
      } Whatever the state says, a token of this issuer protects nothing.`}
    />
  );
}
