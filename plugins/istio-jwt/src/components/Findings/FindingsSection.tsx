import { Badge, Button, Flex, Text } from '@backstage/ui';
import {
  RiAlertLine,
  RiErrorWarningLine,
  RiInformationLine,
} from '@remixicon/react';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { Finding, FindingSeverity } from 'istio-jwt-policy-engine';
import { useState } from 'react';
import { describeResource } from '../../format/describeResource';
import { Prose } from '../Prose';
import { Section } from '../Section';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';
import { PatchView } from './PatchView';

const SEVERITIES: Record<
  FindingSeverity,
  { label: string; Icon: typeof RiAlertLine }
> = {
  error: { label: 'Error', Icon: RiAlertLine },
  warning: { label: 'Warning', Icon: RiErrorWarningLine },
  info: { label: 'Note', Icon: RiInformationLine },
};

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
      {finding.patch && <PatchView patch={finding.patch} />}
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
