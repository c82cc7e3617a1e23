import { CompoundEntityRef, parseEntityRef } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';

/** @throws InputError that says how a reference is written */
export function readEntityRef(entityRef: string): CompoundEntityRef {
  try {
    return parseEntityRef(entityRef, {
      defaultKind: 'component',
      defaultNamespace: 'default',
    });
  } catch {
    throw new InputError(
      `entityRef is ${JSON.stringify(
        entityRef.slice(0, 200),
      )}. Write it as component:default/orders.`,
    );
  }
}

export const ENTITY_REF =
  'The service in the catalog, such as component:default/orders';
