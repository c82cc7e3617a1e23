import {
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  CompoundEntityRef,
  Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ResourcePermission } from '@backstage/plugin-permission-common';
import { istioJwtStatusReadPermission } from 'backstage-plugin-istio-jwt-common';
import { authorizeEntity } from './authorizeEntity';

/** What every look at an entity asks. */
export interface EntityAccess {
  catalog: CatalogService;
  permissions: PermissionsService;
}

export interface OpenEntity {
  entity: Entity;
  credentials: BackstageCredentials;
}

/**
 * An entity, for a caller who may see it and has every given permission on it.
 *
 * @throws NotFoundError where the catalog does not show the entity, NotAllowedError without permission
 */
export async function openEntity(
  { catalog, permissions }: EntityAccess,
  ref: CompoundEntityRef,
  credentials: BackstageCredentials,
  ...wanted: ResourcePermission<'catalog-entity'>[]
): Promise<OpenEntity> {
  const entity = await catalog.getEntityByRef(ref, { credentials });
  if (!entity) {
    throw new NotFoundError(
      `No entity ${stringifyEntityRef(ref)} in the catalog`,
    );
  }
  for (const permission of [istioJwtStatusReadPermission, ...wanted]) {
    const allowed = await authorizeEntity(
      permissions,
      permission,
      stringifyEntityRef(entity),
      credentials,
    );
    if (!allowed) {
      throw new NotAllowedError(`The permission ${permission.name} is missing`);
    }
  }
  return { entity, credentials };
}
