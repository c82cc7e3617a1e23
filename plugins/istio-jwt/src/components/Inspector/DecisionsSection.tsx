import { Text } from '@backstage/ui';
import { EntityStatus, WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { pathUnder } from 'istio-jwt-policy-engine';
import { useMemo, useState } from 'react';
import { SignatureVerdict, toValidity } from '../../inspect/checkSignature';
import { AskedRequest, composeRequest } from '../../inspect/composeRequest';
import {
  decideLocally,
  LocalDecision,
  selectBasis,
} from '../../inspect/decideLocally';
import { DecodedToken } from '../../inspect/decodeToken';
import { AUTHORIZATION, listPlaces } from '../../inspect/listPlaces';
import { TimesVerdict } from '../../inspect/judgeTimes';
import { describeOrigin, describeWayIn } from '../../format/describeWayIn';
import { Section } from '../Section';
import { DecisionView } from './DecisionView';
import styles from './Inspector.module.css';
import { IssuerTable } from './IssuerTable';
import { RequestFields } from './RequestFields';

const MAX_SHOWN = 20;

/** What every way in says of the token. */
export function DecisionsSection({
  status,
  token,
  times,
  signature,
}: {
  status: EntityStatus;
  token: Exclude<DecodedToken, { kind: 'none' }>;
  times?: TimesVerdict;
  signature?: SignatureVerdict;
}) {
  const ways = status.services.flatMap(({ cluster, waysIn }) =>
    waysIn.map(wayIn => ({ cluster, wayIn })),
  );
  const [request, setRequest] = useState<AskedRequest>({
    method: 'GET',
    path: ways[0] ? pathUnder(ways[0].wayIn) : '/',
  });
  const places = useMemo(() => listPlaces(status.policies), [status.policies]);
  const decide = (wayIn: WayInStatus, cluster: string): LocalDecision =>
    times?.validity === 'unreadable'
      ? {
          kind: 'undecided',
          reasons: ['A time in the token cannot be read.'],
        }
      : decideLocally(
          wayIn,
          selectBasis(status, cluster),
          composeRequest(
            wayIn,
            request,
            token,
            judgeValidity(times, signature),
          ),
        );
  return (
    <Section
      title="Decision by every way in"
      summary={describeAssumptions(
        token,
        signature,
        (request.place ?? AUTHORIZATION).label,
      )}
    >
      <div className={styles.stack}>
        <RequestFields
          request={request}
          places={places}
          onChange={setRequest}
        />
        {ways.slice(0, MAX_SHOWN).map(({ cluster, wayIn }) => (
          <article
            key={`${cluster} ${wayIn.destination?.namespace} ${wayIn.destination?.name} ${wayIn.id}`}
            className={styles.wayIn}
            aria-label={describeWayIn(wayIn)}
          >
            <Text as="h3" variant="body-large" weight="bold">
              {describeWayIn(wayIn)}
            </Text>
            <Text as="p" variant="body-small" color="secondary">
              {describeOrigin(wayIn)}
              {wayIn.kind === 'in-mesh' &&
                ', asked by a workload that no policy names'}
            </Text>
            <DecisionView decision={decide(wayIn, cluster)} />
            {token.kind === 'decoded' && (
              <IssuerTable wayIn={wayIn} claims={token.claims} />
            )}
          </article>
        ))}
        {ways.length > MAX_SHOWN && (
          <Text as="p" variant="body-small" color="secondary">
            {ways.length - MAX_SHOWN} more ways in are not decided here.
          </Text>
        )}
      </div>
    </Section>
  );
}

/** In Envoy's order: times before the signature. */
export function judgeValidity(
  times: TimesVerdict | undefined,
  signature: SignatureVerdict | undefined,
) {
  if (times?.validity === 'expired' || times?.validity === 'not-yet-valid') {
    return times.validity;
  }
  return signature ? toValidity(signature) : 'valid';
}

function describeAssumptions(
  token: DecodedToken,
  signature: SignatureVerdict | undefined,
  place: string,
): string {
  const isChecked =
    token.kind !== 'decoded' ||
    signature?.kind === 'verified' ||
    signature?.kind === 'fails' ||
    signature?.kind === 'key-not-published';
  return `Decided in this page, from the policies that it shows, for a request with this token in “${place}” and no other headers.${
    isChecked ? '' : ' The signature is taken for good: it is not checked.'
  }`;
}
