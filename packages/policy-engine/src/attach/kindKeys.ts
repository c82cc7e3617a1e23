import { ResourceRef } from '../model';
import { GATEWAY_API_GROUP } from './gatewayApi/specs';

/** Two kinds are called Gateway; the one of the Gateway API gets a key of its own. */
export const GATEWAY_API_GATEWAY = `Gateway.${GATEWAY_API_GROUP}`;

export function kindKey(kind: string, apiVersion: string): string {
  return kind === 'Gateway' && apiVersion.startsWith(GATEWAY_API_GROUP)
    ? GATEWAY_API_GATEWAY
    : kind;
}

/** Both kinds called Gateway where the reference does not say which. */
export function keysOf({ kind, apiVersion }: ResourceRef): string[] {
  return apiVersion === undefined
    ? keysOfKind(kind)
    : [kindKey(kind, apiVersion)];
}

export function keysOfKind(kind: string): string[] {
  return kind === 'Gateway' ? ['Gateway', GATEWAY_API_GATEWAY] : [kind];
}
