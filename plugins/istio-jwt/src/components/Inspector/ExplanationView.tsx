import { Text } from '@backstage/ui';
import { WayInStatus } from 'backstage-plugin-istio-jwt-common';
import { AnswerOrigin, ObservationExplanation } from 'istio-jwt-policy-engine';
import { LocalExplanation } from '../../inspect/decideLocally';
import { readRefusal } from '../../inspect/readRefusal';
import { describeResource } from '../../format/describeResource';
import { Prose, ProseList } from '../Prose';
import styles from './Inspector.module.css';

const KINDS: Record<ObservationExplanation['kind'], string> = {
  matches: 'The configuration gives this answer',
  differs: 'The configuration gives another answer',
  'not-from-here': 'This answer does not come from the proxies of this way in',
  undecided: 'Not decided here',
};

const ORIGINS: Record<AnswerOrigin, string> = {
  'mutual-tls': 'mutual TLS',
  jwt_authn: 'the validation of tokens (jwt_authn)',
  rbac: 'an AuthorizationPolicy (RBAC)',
  'ext-authz': 'an external authorizer',
  gateway: 'the gateway itself',
  workload: 'the application',
  upstream: 'a proxy that could not reach the application',
  elsewhere: 'something that is no proxy of Istio',
  unknown: 'not told by the answer',
};

/** What an answer means: who gave it, by which rule, and what would change it. */
export function ExplanationView({
  explained,
  wayIn,
  observed,
}: {
  explained: LocalExplanation;
  wayIn: WayInStatus;
  observed: { status: number; body: string };
}) {
  if (explained.kind === 'undecided') {
    const { summary, fix } = readRefusal(observed);
    return (
      <div className={styles.stack}>
        <Text as="h3" variant="body-large" weight="bold">
          {KINDS.undecided}
        </Text>
        {summary && (
          <Text as="p" variant="body-medium">
            <Prose text={summary} />
          </Text>
        )}
        {fix && <Fix text={fix} />}
        <div>
          <Text as="p" variant="body-medium">
            Which rule decided cannot be told in this page:
          </Text>
          <ProseList texts={explained.reasons} className={styles.list} />
        </div>
        <PolicyList wayIn={wayIn} />
      </div>
    );
  }
  const { kind, origin, summary, fix, rule } = explained.explanation;
  return (
    <div className={styles.stack}>
      <Text as="h3" variant="body-large" weight="bold">
        {KINDS[kind]}
      </Text>
      <Text as="p" variant="body-medium">
        <Prose text={summary} />
      </Text>
      {fix && <Fix text={fix} />}
      <Text as="p" variant="body-small" color="secondary">
        Answered by: {ORIGINS[origin]}.
        {rule &&
          ` Rule: ${describeResource(rule.resource)}${
            rule.rule === undefined ? '' : `, rule ${rule.rule}`
          }${rule.field ? `, ${rule.field}` : ''}, at ${rule.proxy.kind} ${
            rule.proxy.name
          }.`}
      </Text>
    </div>
  );
}

function Fix({ text }: { text: string }) {
  return (
    <Text as="p" variant="body-medium">
      <strong>Fix:</strong> <Prose text={text} />
    </Text>
  );
}

function PolicyList({ wayIn }: { wayIn: WayInStatus }) {
  const policies = wayIn.hops.flatMap(({ proxy, policies: attached }) =>
    attached.map(({ ref }) => ({
      key: `${proxy.kind} ${proxy.name} ${describeResource(ref)}`,
      text: `${describeResource(ref)}, at ${proxy.kind} ${proxy.name}`,
    })),
  );
  return policies.length === 0 ? null : (
    <div>
      <Text as="p" variant="body-medium">
        On the way stand:
      </Text>
      <ul className={styles.list}>
        {policies.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
      </ul>
    </div>
  );
}
