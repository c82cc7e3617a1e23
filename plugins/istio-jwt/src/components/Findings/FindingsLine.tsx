import { Text } from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';
import { SEVERITIES } from './severities';

const SHOWN = 3;

/** The titles of what is misconfigured, without notes; nothing where nothing is. */
export function FindingsLine({ status }: { status: EntityStatus }) {
  const titles = new Set<string>();
  const found = collectFindings(status)
    .map(({ finding }) => finding)
    .filter(({ severity, title }) => {
      const isNew = severity !== 'info' && !titles.has(title);
      titles.add(title);
      return isNew;
    });
  if (found.length === 0) {
    return null;
  }
  return (
    <div>
      <Text as="h4" variant="body-small" color="secondary">
        Findings
      </Text>
      <ul className={styles.titles}>
        {found.slice(0, SHOWN).map(({ title, severity }) => {
          const { label, Icon } = SEVERITIES[severity] ?? SEVERITIES.info;
          return (
            <li key={title} data-severity={severity}>
              <span className={styles.severity}>
                <Icon size="1.15em" aria-hidden />
                {label}
              </span>{' '}
              {title}
            </li>
          );
        })}
        {found.length > SHOWN && <li>and {found.length - SHOWN} more</li>}
      </ul>
    </div>
  );
}
