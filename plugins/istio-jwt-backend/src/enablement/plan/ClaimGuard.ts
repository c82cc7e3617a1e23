import {
  AuthService,
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { NotAllowedError, ServiceUnavailableError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { EnablementService } from 'backstage-plugin-istio-jwt-common';
import { ClusterMirror, ClusterRegistry } from '../../cluster';
import { queryClaims } from './queryClaims';

export const WHY_CONTESTED =
  'Another entity of the catalog claims this Service too, and you may not decide about that one.';

/** What people can do about a Service that several entities claim. */
export const CONTESTED_ALTERNATIVES = [
  'Agree with its owners whose Service it is, and narrow or remove the annotations of the other entity.',
  'Ask the platform team to say whose the Services of this namespace are, under istioJwt.ownership.',
];

const FIELDS = [
  'kind',
  'metadata.namespace',
  'metadata.name',
  'metadata.annotations',
  'relations',
];

/** What is decided about, and for which entity. */
interface Subject {
  service: EnablementService;
  entityRef: string;
}

/**
 * Keeps annotations from being taken for proof: whoever writes an entity can write any into it. A
 * Service that other entities claim as well is planned for by those alone who may on all of them.
 */
export class ClaimGuard {
  constructor(
    private readonly options: {
      auth: AuthService;
      catalog: CatalogService;
      permissions: PermissionsService;
      registry: Pick<ClusterRegistry, 'get'>;
    },
  ) {}

  /** @throws NotAllowedError where {@link ClaimGuard.isContested} */
  async demand(
    subject: Subject,
    permission: ResourcePermission<'catalog-entity'>,
    caller: { credentials: BackstageCredentials },
  ): Promise<void> {
    if (await this.isContested(subject, permission, caller)) {
      throw new NotAllowedError(
        [WHY_CONTESTED, ...CONTESTED_ALTERNATIVES].join(' '),
      );
    }
  }

  /**
   * Whether another entity claims a Service, and the caller lacks the permission on it. Claimants are
   * looked for with the plugin's own credentials: those that the caller may not see count, too, and
   * are not named.
   *
   * @throws ServiceUnavailableError where the cluster is not known
   */
  async isContested(
    { service, entityRef }: Subject,
    permission: ResourcePermission<'catalog-entity'>,
    { credentials }: { credentials: BackstageCredentials },
  ): Promise<boolean> {
    const mirror = this.options.registry.get(service.cluster);
    if (!mirror) {
      throw new ServiceUnavailableError(
        `Cluster ${service.cluster} is not configured (any more).`,
      );
    }
    const claimants = await this.listClaimants(mirror, service);
    claimants.delete(entityRef);
    if (claimants.size === 0) return false;
    const decisions = await this.options.permissions.authorize(
      [...claimants].map(resourceRef => ({ permission, resourceRef })),
      { credentials },
    );
    return (
      decisions.length < claimants.size ||
      decisions.some(({ result }) => result !== AuthorizeResult.ALLOW)
    );
  }

  /** Refs of every entity whose annotations mean the Service. */
  private async listClaimants(
    mirror: ClusterMirror,
    { namespace, name }: EnablementService,
  ): Promise<Set<string>> {
    const { auth, catalog } = this.options;
    const found = new Set<string>();
    const getCredentials = () => auth.getOwnServiceCredentials();
    for await (const { entity } of queryClaims(
      { catalog, getCredentials, fields: FIELDS },
      mirror,
      [{ namespace, name }],
    )) {
      found.add(stringifyEntityRef(entity));
    }
    return found;
  }
}
