import { CheckResult } from './checkKeySource';
import { TokenHeader } from '../probes/tokenSources';
import { KeySetRecord } from './KeySetStore';

const MAX_TOKENS = 20;

/** What is remembered after a check, from what was remembered before it. Times are ms since the epoch. */
export function foldCheck(
  before: KeySetRecord | undefined,
  result: CheckResult,
  now: number,
  tokens: TokenHeader[],
): KeySetRecord {
  const outcome = toOutcome(result);
  const lastRead =
    result.kind === 'read' ? { ...result, at: now } : before?.lastRead;
  const rotated =
    result.kind === 'read' &&
    before?.lastRead !== undefined &&
    before.lastRead.keys.digest !== result.keys.digest;
  return {
    checkedAt: now,
    since: before && isSame(before.outcome, outcome) ? before.since : now,
    outcome,
    lastRead,
    watchedSince: before?.watchedSince ?? (lastRead ? now : undefined),
    rotatedAt: rotated ? now : before?.rotatedAt,
    failures: result.kind === 'failed' ? (before?.failures ?? 0) + 1 : 0,
    tokens: mergeTokens(tokens, before?.tokens ?? []),
  };
}

function toOutcome(result: CheckResult): KeySetRecord['outcome'] {
  return result.kind === 'read' ? { kind: 'read' } : result;
}

/** One failure that goes over into another is one outage to a reader. */
function isSame(
  a: KeySetRecord['outcome'],
  b: KeySetRecord['outcome'],
): boolean {
  return a.kind === b.kind;
}

/** Newest first, one per issuer and key. */
function mergeTokens(
  newer: TokenHeader[],
  older: TokenHeader[],
): TokenHeader[] {
  const issuers = new Set(newer.map(({ issuer }) => issuer));
  const kept = older.filter(({ issuer }) => !issuers.has(issuer));
  return [...newer, ...kept].slice(0, MAX_TOKENS);
}
