import { Button, Flex, Text } from '@backstage/ui';
import {
  CoverageFilter,
  CoverageSummary,
} from 'backstage-plugin-istio-jwt-common';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';

/** Why the list is empty, and what to do about it. */
export function NoServices({
  filter,
  summary,
}: {
  filter: CoverageFilter;
  summary?: CoverageSummary;
}) {
  const { show } = useCoverageAddress();
  if (Object.keys(filter).length > 0) {
    return (
      <Flex direction="column" align="start" gap="2">
        <Text as="p" variant="body-medium">
          No service fits all of these filters.
        </Text>
        <Button variant="secondary" onPress={() => show({ filter: {} })}>
          Clear the filters
        </Button>
      </Flex>
    );
  }
  return (
    <Text as="p" variant="body-medium">
      {explainNothing(summary)}
    </Text>
  );
}

function explainNothing(summary: CoverageSummary | undefined): string {
  if (summary && !summary.indexedAt) {
    return 'The services are being listed for the first time. They appear here as soon as that is done.';
  }
  if (summary?.clusters.length === 0) {
    return 'No cluster is configured. Name one under istioJwt.clusters in the portal’s configuration.';
  }
  return summary?.scope === 'own'
    ? 'There is no service that you may see here. Services of entities that you own are shown, as far as the portal’s permissions say so.'
    : 'The clusters have no services.';
}
