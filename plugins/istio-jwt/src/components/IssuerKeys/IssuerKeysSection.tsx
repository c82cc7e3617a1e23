import {
  EntityStatus,
  IssuerHealthView,
} from 'backstage-plugin-istio-jwt-common';
import { Section } from '../Section';
import styles from './IssuerKeys.module.css';
import { IssuerKeysView } from './IssuerKeysView';

const ORDER: Record<IssuerHealthView['health']['kind'], number> = {
  failing: 0,
  checking: 1,
  healthy: 2,
  'not-checked': 3,
  inline: 4,
};

/** Whether the keys of every issuer can be had: without them every token is refused. */
export function IssuerKeysSection({ status }: { status: EntityStatus }) {
  const views = [...status.issuerHealth].sort(
    (a, b) => ORDER[a.health.kind] - ORDER[b.health.kind],
  );
  if (views.length === 0) {
    return null;
  }
  return (
    <Section
      title="Keys of the issuers"
      summary="As this portal reads them. istiod reads them by itself, and gives them to the proxies."
    >
      <ul className={styles.list}>
        {views.map(view => (
          <li key={keyOf(view)}>
            <IssuerKeysView view={view} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function keyOf({ issuer, jwks, usedBy }: IssuerHealthView): string {
  return JSON.stringify([
    issuer,
    jwks,
    jwks.kind === 'inline' ? usedBy : undefined,
  ]);
}
