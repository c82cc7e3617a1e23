import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { CardList } from '../CardList';

/** The issuers whose tokens are accepted anywhere on the way. */
export function IssuersLine({ status }: { status: EntityStatus }) {
  const issuers = [
    ...new Set(
      status.services.flatMap(service =>
        service.issuers.map(({ issuer }) => issuer),
      ),
    ),
  ];
  return (
    <CardList
      title={issuers.length === 1 ? 'Trusted issuer' : 'Trusted issuers'}
      items={issuers.map(issuer => ({ key: issuer, content: issuer }))}
      whenEmpty="None: no token is looked at."
    />
  );
}
