import { IssuerHealth, KeySetView } from 'backstage-plugin-istio-jwt-common';
import { KeySetRecord, ReadSet } from './KeySetStore';

/** What a person is told of a key source. */
export function describeHealth(record: KeySetRecord | undefined): IssuerHealth {
  if (!record) {
    return { kind: 'checking' };
  }
  const { outcome, lastRead } = record;
  const checkedAt = formatTime(record.checkedAt);
  const since = formatTime(record.since);
  switch (outcome.kind) {
    case 'undecidable': {
      const { reason, fix } = outcome;
      return { kind: 'not-checked', reason, fix };
    }
    case 'failed':
      return {
        kind: 'failing',
        checkedAt,
        since,
        failure: outcome.failure,
        ...(lastRead
          ? {
              lastGood: {
                at: formatTime(lastRead.at),
                keySet: viewSet(record, lastRead),
              },
            }
          : {}),
      };
    default:
      return {
        kind: 'healthy',
        checkedAt,
        since,
        keySet: viewSet(record, lastRead!),
        warnings: lastRead!.warnings,
      };
  }
}

function viewSet(record: KeySetRecord, read: ReadSet): KeySetView {
  return {
    keys: read.keys.keys,
    keyCount: read.keys.keyCount,
    bytes: read.bytes,
    durationMs: read.durationMs,
    rotatedAt:
      record.rotatedAt === undefined ? undefined : formatTime(record.rotatedAt),
    watchedSince: formatTime(record.watchedSince ?? read.at),
    serverCertificateExpiresAt: read.serverCertificateExpiresAt,
  };
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A view without what differs from check to check, for the question whether there is news. */
export function steadyPart(health: IssuerHealth): unknown {
  switch (health.kind) {
    case 'healthy': {
      const { checkedAt, ...rest } = health;
      return { ...rest, keySet: steadySet(rest.keySet) };
    }
    case 'failing': {
      const { checkedAt, lastGood, ...rest } = health;
      return { ...rest, keySet: lastGood && steadySet(lastGood.keySet) };
    }
    default:
      return health;
  }
}

function steadySet({ bytes, durationMs, ...rest }: KeySetView): unknown {
  return rest;
}
