import { Text } from '@backstage/ui';
import { DecodedToken } from '../../inspect/decodeToken';
import { TimesVerdict } from '../../inspect/judgeTimes';
import { formatAbsolute } from '../../format/formatTime';
import { DataTable } from '../DataTable';
import { Section } from '../Section';
import styles from './Inspector.module.css';

/** Header and claims, times in words. */
export function TokenContents({
  token,
  times,
}: {
  token: Extract<DecodedToken, { kind: 'decoded' }>;
  times: TimesVerdict;
}) {
  return (
    <Section title="What it says">
      <div className={styles.stack}>
        <ValueTable label="Header" values={token.header} />
        <ValueTable label="Claims" values={token.claims} times={times} />
      </div>
    </Section>
  );
}

function ValueTable({
  label,
  values,
  times,
}: {
  label: string;
  values: Record<string, unknown>;
  times?: TimesVerdict;
}) {
  const lines = new Map(times?.lines.map(line => [line.claim as string, line]));
  return (
    <div>
      <Text as="h3" variant="body-medium" weight="bold">
        {label}
      </Text>
      <DataTable
        label={label}
        columns={['Name', 'Value']}
        rows={Object.entries(values).map(([name, value]) => {
          const line = lines.get(name);
          return {
            key: name,
            cells: [
              name,
              <>
                <code className={styles.value}>{write(value)}</code>
                {line && (
                  <span className={styles.hint}>
                    {line.at && `${formatAbsolute(line.at)}. `}
                    {line.text}
                  </span>
                )}
              </>,
            ],
          };
        })}
      />
    </div>
  );
}

function write(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
