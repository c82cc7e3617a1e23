import { Alert } from '@backstage/ui';
import {
  EntityStatus,
  IssuerHealthView,
} from 'backstage-plugin-istio-jwt-common';
import { RelativeTime } from '../RelativeTime';
import styles from './IssuerKeys.module.css';

const SHOWN = 2;

/** The issuers whose keys cannot be had, or have not arrived in the proxies. */
export function IssuerAlerts({ status }: { status: EntityStatus }) {
  const troubled = status.issuerHealth.filter(
    ({ health, suspicion }) => health.kind === 'failing' || suspicion,
  );
  const hidden = troubled.length - SHOWN;
  return (
    <>
      {troubled.slice(0, SHOWN).map((view, index) => (
        <IssuerAlert key={`${view.issuer} ${view.uri} ${index}`} view={view} />
      ))}
      {hidden > 0 && (
        <Alert
          status="danger"
          icon
          title={`And ${hidden} more issuers whose keys fail`}
        />
      )}
    </>
  );
}

function IssuerAlert({ view }: { view: IssuerHealthView }) {
  const { issuer, health, suspicion } = view;
  const name = issuer || 'any issuer';
  if (health.kind === 'failing') {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        className={styles.alert}
        title={`Keys of ${name} cannot be read: ${health.failure.brief}`}
        description={
          <>
            Failing since <RelativeTime at={health.since} />. While istiod has
            no keys of this issuer, every token of it gets 401.
            {suspicion && ` ${suspicion.message}`}
          </>
        }
      />
    );
  }
  return (
    <Alert
      role="alert"
      status="warning"
      icon
      className={styles.alert}
      title={`Keys of ${name} seem not to have arrived in the proxies`}
      description={suspicion?.message}
    />
  );
}
