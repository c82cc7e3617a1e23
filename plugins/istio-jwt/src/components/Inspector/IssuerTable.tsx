import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { compareIssuers, IssuerComparison } from '../../inspect/compareIssuers';
import { describeResource } from '../../format/describeResource';
import { describeWayIn } from '../../format/describeWayIn';
import { DataTable } from '../DataTable';

/** The token's issuer and audience against every issuer that a way in trusts. */
export function IssuerTable({
  wayIn,
  claims,
}: {
  wayIn: WayInStatus;
  claims: Record<string, unknown>;
}) {
  const compared = compareIssuers(wayIn, claims);
  if (compared.length === 0) {
    return null;
  }
  return (
    <DataTable
      label={`Issuers of ${describeWayIn(wayIn)}`}
      columns={['Trusted issuer', 'Issuer of the token', 'Audience']}
      rows={compared.map((each, index) => ({
        key: `${each.issuer} ${index}`,
        tone: each.issuerMatches ? undefined : 'muted',
        cells: [
          <>
            {each.issuer || 'any issuer'}, in{' '}
            {describeResource(each.requestAuthentication)}
          </>,
          describeIssuer(each),
          each.audience?.text ?? '–',
        ],
      }))}
    />
  );
}

function describeIssuer({ issuerMatches, nearMiss }: IssuerComparison): string {
  if (issuerMatches) {
    return 'The same';
  }
  return nearMiss ? `Another one. ${nearMiss}` : 'Another one';
}
