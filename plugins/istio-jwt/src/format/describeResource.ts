import { ResourceRef } from 'istio-jwt-policy-engine';

/** Such as `AuthorizationPolicy istio-system/ingress-jwt`. */
export function describeResource({ kind, namespace, name }: ResourceRef) {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

/** Unique among the resources of one cluster. */
export function keyOfResource({ kind, namespace, name }: ResourceRef) {
  return JSON.stringify([kind, namespace, name]);
}
