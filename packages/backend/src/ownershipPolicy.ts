import { createBackendModule } from '@backstage/backend-plugin-api';
import {
  catalogConditions,
  createCatalogConditionalDecision,
} from '@backstage/plugin-catalog-backend/alpha';
import {
  AuthorizeResult,
  isPermission,
  PolicyDecision,
} from '@backstage/plugin-permission-common';
import {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import {
  istioJwtEnablementApprovePermission,
  istioJwtEnablementCreatePermission,
  istioJwtExceptionCreatePermission,
  istioJwtOwnersNotifyPermission,
  istioJwtProbeRunPermission,
} from 'backstage-plugin-istio-jwt-common';

/** Looks after every service. */
const PLATFORM_TEAM = 'group:default/platform';

/**
 * Everybody who is signed in may read; only the owners of an entity may send probes to it, have it
 * require a token, and ask for exceptions; only the platform team may have owners told, and approve
 * operations that touch others. Other permissions of the istio-jwt plugin, such as approving exceptions,
 * are denied until somebody decides otherwise.
 */
class OwnershipPolicy implements PermissionPolicy {
  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const { permission } = request;
    if (
      isPermission(permission, istioJwtProbeRunPermission) ||
      isPermission(permission, istioJwtEnablementCreatePermission) ||
      isPermission(permission, istioJwtExceptionCreatePermission)
    ) {
      return createCatalogConditionalDecision(
        permission,
        catalogConditions.isEntityOwner({
          claims: user?.info.ownershipEntityRefs ?? [],
        }),
      );
    }
    if (
      isPermission(permission, istioJwtOwnersNotifyPermission) ||
      isPermission(permission, istioJwtEnablementApprovePermission)
    ) {
      return user?.info.ownershipEntityRefs.includes(PLATFORM_TEAM)
        ? { result: AuthorizeResult.ALLOW }
        : { result: AuthorizeResult.DENY };
    }
    if (
      permission.name.startsWith('istio-jwt.') &&
      permission.attributes.action !== 'read'
    ) {
      return { result: AuthorizeResult.DENY };
    }
    return { result: AuthorizeResult.ALLOW };
  }
}

export const ownershipPolicyModule = createBackendModule({
  pluginId: 'permission',
  moduleId: 'ownership-policy',
  register(reg) {
    reg.registerInit({
      deps: { policy: policyExtensionPoint },
      async init({ policy }) {
        policy.setPolicy(new OwnershipPolicy());
      },
    });
  },
});
