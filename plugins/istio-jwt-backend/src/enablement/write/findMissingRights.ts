import { ClusterConnection } from '../../cluster/ClusterConnection';

/** Server-side apply, which makes an object that is not there; taking back; and a look before each. */
const VERBS = ['get', 'create', 'patch', 'delete'];
const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const TIMEOUT_MS = 5_000;

interface Place {
  group: string;
  resource: string;
  namespace: string;
}

/**
 * Asks the API server what its own credentials may do (SelfSubjectAccessReview, which needs no right).
 * Never throws; where it gets no answer it names nothing, and a dry run tells later.
 */
export async function findMissingRights(
  connection: Pick<ClusterConnection, 'exchange'>,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<string[]> {
  const distinct = new Map(
    places.map(place => [
      `${place.namespace} ${place.resource}.${place.group}`,
      place,
    ]),
  );
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const missing = await Promise.all(
    [...distinct.values()].map(async ({ group, resource, namespace }) => {
      const verbs = await Promise.all(
        VERBS.map(async verb =>
          (await isDenied(
            connection,
            { group, resource, namespace, verb },
            within,
          ))
            ? verb
            : [],
        ),
      );
      const lacking = verbs.flat();
      return lacking.length > 0
        ? `${lacking.join(', ')} ${resource}.${group} in ${namespace}`
        : [];
    }),
  );
  return missing.flat();
}

async function isDenied(
  connection: Pick<ClusterConnection, 'exchange'>,
  attributes: Place & { verb: string },
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await connection.exchange({
    method: 'POST',
    path: PATH,
    signal,
    body: {
      type: 'application/json',
      content: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      },
    },
  });
  if (!answer.ok || answer.status !== 201) return false;
  const { status } = (answer.content ?? {}) as {
    status?: { allowed?: unknown };
  };
  return status?.allowed === false;
}
