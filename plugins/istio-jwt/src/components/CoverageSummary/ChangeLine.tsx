import { Text } from '@backstage/ui';
import {
  CoverageChange,
  CoverageCounts,
} from 'backstage-plugin-istio-jwt-common';
import { finishSentence } from '../../format/finishSentence';
import { formatPoints, formatShare } from '../../format/formatCount';

/** How the share has changed in some days, or why that cannot be told. */
export function ChangeLine({
  change,
  now,
}: {
  change: CoverageChange;
  now: CoverageCounts;
}) {
  return (
    <Text as="p" variant="body-small" color="secondary">
      {change.days} days: {describeChange(change, now)}
    </Text>
  );
}

function describeChange(change: CoverageChange, now: CoverageCounts): string {
  if (change.kind === 'unknown') {
    return `not known. ${finishSentence(change.reason)}`;
  }
  const { shareEnforced, total } = change.counts;
  if (shareEnforced === null || now.shareEnforced === null) {
    return 'there were no services to compare with.';
  }
  const services = total === now.total ? '' : `, of ${total} services then`;
  return `${formatPoints(shareEnforced, now.shareEnforced)}, from ${formatShare(
    shareEnforced,
  )}${services}.`;
}
