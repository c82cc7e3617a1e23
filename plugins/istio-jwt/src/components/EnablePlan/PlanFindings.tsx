import { Text } from '@backstage/ui';
import { Finding } from 'istio-jwt-policy-engine';
import { FindingView } from '../Findings';
import { Section } from '../Section';
import styles from './EnablePlan.module.css';

/** Findings that the plan brings, and those that it ends. */
export function PlanFindings({
  opened,
  resolved,
}: {
  opened: Finding[];
  resolved: Finding[];
}) {
  if (opened.length + resolved.length === 0) {
    return null;
  }
  return (
    <Section
      title="Findings"
      summary={`${resolved.length} resolved, ${opened.length} opened`}
    >
      <div className={styles.outcome}>
        <FindingList title="Opened by this plan" findings={opened} />
        {resolved.length > 0 && (
          <div>
            <Text as="h3" variant="body-medium" weight="bold">
              Resolved by this plan
            </Text>
            <ul className={styles.list}>
              {resolved.map((finding, index) => (
                <li key={`${finding.id} ${index}`}>{finding.title}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Section>
  );
}

function FindingList({
  title,
  findings,
}: {
  title: string;
  findings: Finding[];
}) {
  if (findings.length === 0) {
    return null;
  }
  return (
    <div className={styles.stack}>
      <Text as="h3" variant="body-medium" weight="bold">
        {title}
      </Text>
      {findings.map((finding, index) => (
        <FindingView
          key={`${finding.id} ${index}`}
          finding={finding}
          level="h4"
        />
      ))}
    </div>
  );
}
