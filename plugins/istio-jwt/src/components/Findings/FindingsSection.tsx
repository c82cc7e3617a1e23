import { Badge, Flex, Text } from '@backstage/ui';
import {
  RiAlertLine,
  RiErrorWarningLine,
  RiInformationLine,
} from '@remixicon/react';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { Finding, FindingSeverity } from 'istio-jwt-policy-engine';
import { describeResource } from '../../format/describeResource';
import { Prose } from '../Prose';
import { Section } from '../Section';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';

const SEVERITIES: Record<
  FindingSeverity,
  { label: string; Icon: typeof RiAlertLine }
> = {
  error: { label: 'Error', Icon: RiAlertLine },
  warning: { label: 'Warning', Icon: RiErrorWarningLine },
  info: { label: 'Note', Icon: RiInformationLine },
};

/** What is misconfigured, and what to do about it. */
export function FindingsSection({ status }: { status: EntityStatus }) {
  const findings = collectFindings(status);
  return (
    <Section
      title="Findings"
      summary={
        findings.length === 0 ? 'No misconfiguration was found.' : undefined
      }
    >
      {findings.length > 0 && (
        <ul className={styles.list}>
          {findings.map(({ key, finding, service }) => (
            <li key={key}>
              <FindingView
                finding={finding}
                service={status.services.length > 1 ? service : undefined}
              />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function FindingView({
  finding,
  service,
}: {
  finding: Finding;
  service?: string;
}) {
  const { label, Icon } = SEVERITIES[finding.severity] ?? SEVERITIES.info;
  return (
    <article className={styles.finding} data-severity={finding.severity}>
      <Flex align="center" gap="2" className={styles.head}>
        <span className={styles.severity}>
          <Icon size="1.15em" aria-hidden />
          {label}
        </span>
        <Text as="h3" variant="body-medium" weight="bold">
          {finding.title}
        </Text>
        <Badge>{finding.id}</Badge>
      </Flex>
      <Text as="p" variant="body-medium">
        <Prose text={finding.message} />
      </Text>
      <Text as="p" variant="body-medium">
        <strong>Fix:</strong> <Prose text={finding.fix} />
      </Text>
      {(finding.resource || service) && (
        <Text as="p" variant="body-small" color="secondary">
          {[
            finding.resource && describeResource(finding.resource),
            finding.path,
            service && `Service ${service}`,
          ]
            .filter(Boolean)
            .join(', ')}
        </Text>
      )}
    </article>
  );
}
