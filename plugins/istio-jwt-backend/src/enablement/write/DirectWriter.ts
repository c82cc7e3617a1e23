import {
  LivePolicy,
  PolicyAnswer,
  PolicyCall,
  PolicyObject,
  PolicyRef,
  PolicyWriter,
} from 'backstage-plugin-istio-jwt-node';
import { ClusterRegistry } from '../../cluster';
import {
  ApiExchange,
  ApiExchangeAnswer,
} from '../../cluster/ClusterConnection';
import { describeRefusal } from './describeRefusal';
import { findMissingRights } from './findMissingRights';

export const FIELD_MANAGER = 'backstage-istio-jwt';

const CALL_TIMEOUT_MS = 15_000;
/** All that is ever written, by group and kind. */
const PLURALS: Record<string, string> = {
  'security.istio.io/RequestAuthentication': 'requestauthentications',
  'security.istio.io/AuthorizationPolicy': 'authorizationpolicies',
  'networking.istio.io/Gateway': 'gateways',
  'networking.istio.io/VirtualService': 'virtualservices',
  'gateway.networking.k8s.io/HTTPRoute': 'httproutes',
};

/**
 * Server-side apply with the credentials by which the cluster is read. Fields of other managers are
 * taken only where somebody consented: else a conflict is told.
 */
export class DirectWriter implements PolicyWriter {
  readonly id = 'direct';

  constructor(private readonly registry: Pick<ClusterRegistry, 'get'>) {}

  writesTo(cluster: string): boolean {
    return this.registry.get(cluster) !== undefined;
  }

  async findMissingRights({
    cluster,
    signal,
    refs,
  }: PolicyCall & { refs: readonly PolicyRef[] }): Promise<string[]> {
    const connection = this.registry.get(cluster)?.connection;
    if (!connection) return [];
    const places = refs.map(({ apiVersion, kind, namespace }) => {
      const [group] = apiVersion.split('/');
      return {
        group,
        resource: PLURALS[`${group}/${kind}`] ?? kind,
        namespace,
      };
    });
    return findMissingRights(connection, places, signal);
  }

  read(call: PolicyCall & { ref: PolicyRef }): Promise<PolicyAnswer> {
    return this.call(call, { method: 'GET', path: pathOf(call.ref) });
  }

  apply(
    call: PolicyCall & {
      object: PolicyObject;
      resourceVersion?: string;
      force?: boolean;
      dryRun: boolean;
    },
  ): Promise<PolicyAnswer> {
    const { object, resourceVersion, force = false, dryRun } = call;
    const { apiVersion, kind, metadata, spec } = object;
    return this.call(call, {
      method: 'PATCH',
      path: pathOf({ apiVersion, kind, ...metadata }),
      query: {
        fieldManager: FIELD_MANAGER,
        fieldValidation: 'Strict',
        ...(force ? { force: 'true' } : {}),
        ...(dryRun ? { dryRun: 'All' } : {}),
      },
      body: {
        type: 'application/apply-patch+yaml',
        content: {
          apiVersion,
          kind,
          metadata: {
            ...metadata,
            // Written only where nobody changed it since it was read.
            ...(resourceVersion ? { resourceVersion } : {}),
          },
          spec,
        },
      },
    });
  }

  remove(
    call: PolicyCall & {
      ref: PolicyRef;
      uid: string;
      resourceVersion: string;
      dryRun: boolean;
    },
  ): Promise<PolicyAnswer> {
    const { ref, uid, resourceVersion, dryRun } = call;
    return this.call(
      call,
      {
        method: 'DELETE',
        path: pathOf(ref),
        body: {
          type: 'application/json',
          content: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            preconditions: { uid, resourceVersion },
            // In the body: with one, the API server does not read options from the query, and deletes.
            ...(dryRun ? { dryRun: ['All'] } : {}),
          },
        },
      },
      'deleted',
    );
  }

  private async call(
    { cluster, signal }: PolicyCall,
    exchange: Omit<ApiExchange, 'signal'>,
    success: 'object' | 'deleted' = 'object',
  ): Promise<PolicyAnswer> {
    const mirror = this.registry.get(cluster);
    if (!mirror) {
      return {
        kind: 'refused',
        message: `The cluster ${cluster} is not configured.`,
      };
    }
    const answer = await mirror.connection.exchange({
      ...exchange,
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
    return readAnswer(answer, success);
  }
}

function readAnswer(
  answer: ApiExchangeAnswer,
  success: 'object' | 'deleted',
): PolicyAnswer {
  if (!answer.ok) {
    return answer.failure.kind === 'credentials'
      ? { kind: 'refused', message: `${answer.failure.message}.` }
      : { kind: 'unavailable', message: `${answer.failure.message}.` };
  }
  const { status, content } = answer;
  if (status === 404) return { kind: 'absent' };
  if (status === 200 || status === 201 || status === 202) {
    if (success === 'deleted') return { kind: 'absent' };
    const object = readPolicy(content);
    return object
      ? { kind: 'object', object, created: status === 201 }
      : {
          kind: 'unavailable',
          message: 'The API server answered with something that is no object.',
        };
  }
  const message = describeRefusal(status, content);
  if (status === 409) return { kind: 'conflict', message };
  // 429 and 5xx pass; 401 does once credentials are renewed.
  return status === 401 || status === 429 || status >= 500
    ? { kind: 'unavailable', message }
    : { kind: 'refused', message };
}

/** A dry run that would create an object gives it no version. */
function readPolicy(content: unknown): LivePolicy | undefined {
  const { metadata } = (content ?? {}) as Partial<LivePolicy>;
  return typeof metadata?.name === 'string'
    ? {
        ...(content as LivePolicy),
        metadata: {
          ...metadata,
          uid: metadata.uid ?? '',
          resourceVersion: metadata.resourceVersion ?? '',
        },
      }
    : undefined;
}

/** @throws TypeError for a kind that is never written */
function pathOf({ apiVersion, kind, namespace, name }: PolicyRef): string {
  const [group, version = ''] = apiVersion.split('/');
  const plural = PLURALS[`${group}/${kind}`];
  if (!plural || !/^v1(beta1)?$/.test(version)) {
    throw new TypeError(`${apiVersion} ${kind} is not written`);
  }
  return `/apis/${apiVersion}/namespaces/${encodeURIComponent(
    namespace,
  )}/${plural}/${encodeURIComponent(name)}`;
}
