import { Text } from '@backstage/ui';
import { KeySetView, PublishedKey } from 'backstage-plugin-istio-jwt-common';
import { ReactNode } from 'react';
import { formatAbsolute } from '../../format/formatTime';
import { formatBytes } from '../../format/formatBytes';
import { DataTable } from '../DataTable';
import { RelativeTime } from '../RelativeTime';
import styles from './IssuerKeys.module.css';

/** Age, rotation, size and time of a set, in a line. */
export function KeySetFacts({
  keySet,
  at,
  isPast = false,
}: {
  keySet: KeySetView;
  /** When it was read. */
  at: string;
  /** It is no longer what the issuer answers. */
  isPast?: boolean;
}) {
  const { keyCount, bytes, durationMs, rotatedAt, watchedSince } = keySet;
  const end = keySet.serverCertificateExpiresAt;
  return (
    <Text as="p" variant="body-medium">
      {isPast ? 'Last read ' : 'Read '}
      <RelativeTime at={at} />: {keyCount} {keyCount === 1 ? 'key' : 'keys'},{' '}
      {formatBytes(bytes)} in {durationMs} ms.{' '}
      {rotatedAt ? (
        <>
          Keys last changed <RelativeTime at={rotatedAt} />.
        </>
      ) : (
        <>
          No change of keys since the first look{' '}
          <RelativeTime at={watchedSince} />.
        </>
      )}
      {end && ` The server’s certificate ends ${formatAbsolute(end)}.`}
    </Text>
  );
}

/** The keys of a set. Private material is named, never shown: nobody here has it. */
export function KeysTable({
  keys,
  keyCount,
}: {
  keys: PublishedKey[];
  keyCount: number;
}) {
  if (keys.length === 0) {
    return null;
  }
  const isNoteworthy = keys.some(
    key => key.private || key.knownFrom || key.unusable,
  );
  const title =
    keyCount > keys.length
      ? `Keys (the first ${keys.length} of ${keyCount})`
      : `Keys (${keyCount})`;
  return (
    <details className={styles.details} open={isNoteworthy}>
      <summary>{title}</summary>
      <DataTable
        label="Keys"
        columns={[
          'Key id',
          'Type',
          'Algorithm',
          'Use',
          'Certificate',
          'Remark',
        ]}
        rows={keys.map((key, index) => ({
          key: String(index),
          tone: key.private || key.knownFrom ? 'danger' : undefined,
          cells: [
            key.kid ?? 'None',
            [key.kty, key.crv].filter(Boolean).join(' ') || 'None',
            key.alg ?? 'Any',
            key.use ?? 'Any',
            key.certificateExpiresAt
              ? `Ends ${formatAbsolute(key.certificateExpiresAt)}`
              : 'None',
            describeKey(key),
          ],
        }))}
      />
    </details>
  );
}

function describeKey(key: PublishedKey): ReactNode {
  if (key.private) {
    return (
      <span className={styles.danger}>
        Private material is published: whoever reads it can sign tokens
      </span>
    );
  }
  if (key.knownFrom) {
    return (
      <span className={styles.danger}>
        Everybody can sign tokens: its private part stands in {key.knownFrom}
      </span>
    );
  }
  return key.unusable ?? 'In order';
}
