import { parseEntityRef } from '@backstage/catalog-model';
import { useRouteRef } from '@backstage/core-plugin-api';
import {
  entityRouteRef,
  humanizeEntityRef,
} from '@backstage/plugin-catalog-react';
import { useCallback } from 'react';

/** Where the JWT tab is below an entity's page, unless the portal mounts it elsewhere. */
const TAB = 'istio-jwt';

/** Addresses of entities' pages. Without a catalog there are none. */
export function useEntityLinks(): {
  toEntity: (entityRef: string) => string | undefined;
  toTab: (entityRef: string) => string | undefined;
} {
  const entityPath = useEntityPath();
  const toEntity = useCallback(
    (entityRef: string) => {
      try {
        return entityPath?.(parseEntityRef(entityRef));
      } catch {
        return undefined;
      }
    },
    [entityPath],
  );
  const toTab = useCallback(
    (entityRef: string) => {
      const path = toEntity(entityRef);
      return path && `${path}/${TAB}`;
    },
    [toEntity],
  );
  return { toEntity, toTab };
}

function useEntityPath() {
  try {
    return useRouteRef(entityRouteRef);
  } catch {
    return undefined;
  }
}

/** An entity ref as people call it, such as `team-a` for `group:default/team-a`. */
export function nameEntity(entityRef: string, defaultKind?: string): string {
  try {
    return humanizeEntityRef(parseEntityRef(entityRef), {
      defaultKind,
      defaultNamespace: 'default',
    });
  } catch {
    return entityRef;
  }
}
