import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import { istioJwtExceptionCreatePermission } from 'backstage-plugin-istio-jwt-common';

/** Who may do what with exceptions of an entity's services. */
export class ExceptionAccess {
  constructor(private readonly permissions: PermissionsService) {}

  /** Whether the caller may ask for some exception at all. */
  async mayRequestSome(credentials: BackstageCredentials): Promise<boolean> {
    const [{ result }] = await this.permissions.authorizeConditional(
      [{ permission: istioJwtExceptionCreatePermission }],
      { credentials },
    );
    return result !== AuthorizeResult.DENY;
  }

  /** @throws NotAllowedError without permission */
  async demand(
    permission: ResourcePermission<'catalog-entity'>,
    entityRef: string | undefined,
    credentials: BackstageCredentials,
  ): Promise<void> {
    const [allowed] = await this.may(permission, [entityRef], credentials);
    if (!allowed) {
      throw new NotAllowedError(`The permission ${permission.name} is missing`);
    }
  }

  /** Without an entity, no condition can be met: it takes an unconditional permission. */
  async may(
    permission: ResourcePermission<'catalog-entity'>,
    entityRefs: (string | undefined)[],
    credentials: BackstageCredentials,
  ): Promise<boolean[]> {
    const { permissions } = this;
    const refs = [...new Set(entityRefs)];
    const decisions = new Map<string | undefined, boolean>();
    const named = refs.filter(ref => ref !== undefined);
    if (named.length < refs.length) {
      const [{ result }] = await permissions.authorizeConditional(
        [{ permission }],
        { credentials },
      );
      decisions.set(undefined, result === AuthorizeResult.ALLOW);
    }
    if (named.length > 0) {
      const results = await permissions.authorize(
        named.map(resourceRef => ({ permission, resourceRef })),
        { credentials },
      );
      named.forEach((ref, index) =>
        decisions.set(ref, results[index]?.result === AuthorizeResult.ALLOW),
      );
    }
    return entityRefs.map(ref => decisions.get(ref) ?? false);
  }
}
