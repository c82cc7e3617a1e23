import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { IssuerUse } from 'istio-jwt-policy-engine';
import { describeResource, keyOfResource } from '../../format/describeResource';
import { Section } from '../Section';
import { DataTable } from '../DataTable';

/** Who may issue tokens, for whom, and where the keys come from. */
export function IssuersSection({ status }: { status: EntityStatus }) {
  const uses = new Map<string, IssuerUse>();
  for (const service of status.services) {
    for (const use of service.issuers) {
      uses.set(
        `${service.cluster} ${keyOfResource(use.requestAuthentication)} ${
          use.issuer
        }`,
        use,
      );
    }
  }
  if (uses.size === 0) {
    return null;
  }
  return (
    <Section title="Trusted issuers">
      <DataTable
        label="Trusted issuers"
        columns={['Issuer', 'Audiences', 'Keys', 'Token to the service', 'By']}
        rows={[...uses].map(([key, use]) => ({
          key,
          cells: [
            use.issuer,
            use.audiences.length > 0 ? use.audiences.join(', ') : 'Any',
            describeJwks(use),
            use.forwardOriginalToken ? 'Forwarded' : 'Removed',
            describeResource(use.requestAuthentication),
          ],
        }))}
      />
    </Section>
  );
}

function describeJwks({ jwks }: IssuerUse): string {
  switch (jwks.kind) {
    case 'uri':
      return jwks.uri;
    case 'inline':
      return 'In the policy itself';
    default:
      return 'By OpenID discovery';
  }
}
