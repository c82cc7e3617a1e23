import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { CardList } from '../CardList';
import { collectFindings } from './collectFindings';
import styles from './Findings.module.css';
import { SeverityLabel } from './SeverityLabel';

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
    <CardList
      title="Findings"
      items={found.map(({ title, severity }) => ({
        key: title,
        content: (
          <span className={styles.title} data-severity={severity}>
            <SeverityLabel severity={severity} /> {title}
          </span>
        ),
      }))}
    />
  );
}
