import { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_KUBERNETES_ID,
  ANNOTATION_KUBERNETES_LABEL_SELECTOR,
} from 'backstage-plugin-istio-jwt-common';

/**
 * Whether an entity's annotations name Kubernetes Services.
 *
 * @public
 */
export function isIstioJwtAvailable(entity: Entity): boolean {
  const annotations = entity.metadata.annotations ?? {};
  return Boolean(
    annotations[ANNOTATION_KUBERNETES_LABEL_SELECTOR] ||
      annotations[ANNOTATION_KUBERNETES_ID],
  );
}
