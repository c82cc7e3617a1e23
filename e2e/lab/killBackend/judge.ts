import { waitForStatus, type Lab } from '../client.ts';
import type { Manifest } from '../kube.ts';
import type { Operation } from '../portal/EnablementApi.ts';
import type { Contender } from './contender.ts';

const KINDS = ['requestauthentications', 'authorizationpolicies'];

/** What stands where a contender's portal writes, of what carries the portal's mark. */
export async function listStanding(
  lab: Lab,
  { namespace }: Contender,
): Promise<Manifest[]> {
  const lists = await Promise.all(
    KINDS.map(plural =>
      lab.kube.list(
        `/apis/security.istio.io/v1/namespaces/${namespace}/${plural}?labelSelector=app.kubernetes.io/managed-by=backstage-istio-jwt`,
      ),
    ),
  );
  return lists.flat();
}

/**
 * Holds an end against what stands in the cluster and what the gateway answers.
 *
 * @param inForce - id of the enablement that was in force before
 * @returns id of the enablement that is in force now
 * @throws Error that says what does not fit
 */
export async function judgeEnd(
  lab: Lab,
  contender: Contender,
  { id, intent, phase, outcome }: Operation,
  inForce: string | undefined,
): Promise<string | undefined> {
  if (phase !== 'done' && phase !== 'rolled-back') {
    throw new Error(`${intent} ${id} ended as ${phase}: ${outcome}`);
  }
  const enabled = intent === 'enable' ? id : undefined;
  const expected = phase === 'done' ? enabled : inForce;
  const standing = await listStanding(lab, contender);
  const owners = standing.map(
    ({ metadata }) => metadata?.annotations?.['istio-jwt/operation'],
  );
  const shadows = standing.filter(
    ({ metadata }) => metadata?.annotations?.['istio.io/dry-run'],
  );
  const wanted = expected === undefined ? [] : [expected, expected];
  if (String(owners) !== String(wanted) || shadows.length > 0) {
    throw new Error(
      `After ${intent} ${id} (${phase}) there stand ${JSON.stringify(
        standing,
      )}`,
    );
  }
  const ask = (token?: string) =>
    lab.ask(contender.gateway, '/', {
      host: contender.host,
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
  await waitForStatus(() => ask(), expected === undefined ? 200 : 403);
  await waitForStatus(() => ask(lab.sampleToken), 200);
  return expected;
}
