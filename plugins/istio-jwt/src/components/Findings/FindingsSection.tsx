import { Button } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { Finding } from 'istio-jwt-policy-engine';
import { useState } from 'react';
import { Section } from '../Section';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';
import { FindingView } from './FindingView';
import { SEVERITIES } from './severities';

const SHOWN_AT_FIRST = 8;

/** What is misconfigured, and what to do about it; the gravest first. */
export function FindingsSection({ status }: { status: EntityStatus }) {
  const [showsAll, setShowsAll] = useState(false);
  const findings = collectFindings(status);
  const shown = showsAll ? findings : findings.slice(0, SHOWN_AT_FIRST);
  return (
    <Section
      title="Findings"
      summary={
        findings.length === 0
          ? 'No misconfiguration was found.'
          : countBySeverity(findings.map(({ finding }) => finding))
      }
    >
      {findings.length > 0 && (
        <ul className={styles.list}>
          {shown.map(({ key, finding, service }) => (
            <li key={key}>
              <FindingView
                finding={finding}
                service={status.services.length > 1 ? service : undefined}
              />
            </li>
          ))}
        </ul>
      )}
      {findings.length > SHOWN_AT_FIRST && (
        <div className={styles.more}>
          <Button
            size="small"
            variant="secondary"
            aria-expanded={showsAll}
            onPress={() => setShowsAll(!showsAll)}
          >
            {showsAll
              ? `Show the first ${SHOWN_AT_FIRST} only`
              : `Show all ${findings.length} findings`}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** Such as `2 errors, 1 note`. */
function countBySeverity(findings: Finding[]): string {
  return Object.entries(SEVERITIES)
    .flatMap(([severity, { label }]) => {
      const { length } = findings.filter(each => each.severity === severity);
      const noun = label.toLowerCase();
      return length === 0
        ? []
        : [`${length} ${noun}${length === 1 ? '' : 's'}`];
    })
    .join(', ');
}
