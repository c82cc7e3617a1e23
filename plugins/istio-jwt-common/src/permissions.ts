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

/** @public */
export const istioJwtPermissions = [
  istioJwtStatusReadPermission,
  istioJwtProbeRunPermission,
];
