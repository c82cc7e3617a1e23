import { Badge, Flex, Text } from '@backstage/ui';
import { Finding } from 'istio-jwt-policy-engine';
import { describeResource } from '../../format/describeResource';
import { Prose } from '../Prose';
import styles from './Findings.module.css';
import { PatchView } from './PatchView';
import { SeverityLabel } from './SeverityLabel';

/** One finding with its fix. */
export function FindingView({
  finding,
  service,
  level = 'h3',
}: {
  finding: Finding;
  service?: string;
  /** Of its heading. */
  level?: 'h3' | 'h4';
}) {
  return (
    <article className={styles.finding} data-severity={finding.severity}>
      <Flex align="center" gap="2" className={styles.head}>
        <SeverityLabel severity={finding.severity} />
        <Text as={level} variant="body-medium" weight="bold">
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
