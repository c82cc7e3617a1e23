import { createPermission } from '@backstage/plugin-permission-common';
import { RESOURCE_TYPE_CATALOG_ENTITY } from './resourceType';

/** Allows reading the JWT status of an entity. @public */
export const istioJwtStatusReadPermission = createPermission({
  name: 'istio-jwt.status.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/** Allows sending probes to the ways in of an entity. @public */
export const istioJwtProbeRunPermission = createPermission({
  name: 'istio-jwt.probe.run',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/**
 * Allows planning, starting and cancelling the operation that makes an entity's ways in require a
 * token, or stop to, and having enforced what was held.
 *
 * @public
 */
export const istioJwtEnablementCreatePermission = createPermission({
  name: 'istio-jwt.enablement.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/**
 * Allows approving, or declining, an operation on an entity that touches proxies of others.
 *
 * @public
 */
export const istioJwtEnablementApprovePermission = createPermission({
  name: 'istio-jwt.enablement.approve',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/**
 * Allows seeing an entity's services on the coverage page. Services that no entity claims are shown to
 * those who are allowed without any condition.
 *
 * @public
 */
export const istioJwtCoverageReadPermission = createPermission({
  name: 'istio-jwt.coverage.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/** Allows asking for, changing and taking back exceptions for an entity's services. @public */
export const istioJwtExceptionCreatePermission = createPermission({
  name: 'istio-jwt.exception.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/** Allows approving exceptions that others asked for. @public */
export const istioJwtExceptionApprovePermission = createPermission({
  name: 'istio-jwt.exception.approve',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
});

/** Allows having the owners of services told to look at them, from the coverage page. @public */
export const istioJwtOwnersNotifyPermission = createPermission({
  name: 'istio-jwt.owners.notify',
  attributes: { action: 'create' },
});

/** @public */
export const istioJwtPermissions = [
  istioJwtStatusReadPermission,
  istioJwtProbeRunPermission,
  istioJwtEnablementCreatePermission,
  istioJwtEnablementApprovePermission,
  istioJwtCoverageReadPermission,
  istioJwtExceptionCreatePermission,
  istioJwtExceptionApprovePermission,
  istioJwtOwnersNotifyPermission,
];
