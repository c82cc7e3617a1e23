import { ParseError, Resource, ResourceRef } from '../model';
import { isMeshConfig, meshText, readMeshConfig } from './meshConfig';
import { Reader } from './reader';
import { validateAuthorizationPolicy } from './validateAuthorizationPolicy';
import { validateBackendTlsPolicy } from './validateBackendTlsPolicy';
import {
  validateGrpcRoute,
  validateKubernetesGateway,
  validateListenerSet,
  validateReferenceGrant,
  validateRoute,
} from './validateGatewayApi';
import { validateDestinationRule } from './validateDestinationRule';
import { validateIngress } from './validateIngress';
import { validateMetadata } from './validateMetadata';
import {
  validateGateway,
  validatePeerAuthentication,
  validateVirtualService,
} from './validateOthers';
import { validateRequestAuthentication } from './validateRequestAuthentication';
import {
  validatePod,
  validateService,
  validateServiceEntry,
} from './validateService';
import { validateSidecar } from './validateSidecar';

type Validate = (reader: Reader, spec: Record<string, unknown>) => void;

const VALIDATORS: Record<string, Validate> = {
  'RequestAuthentication.security.istio.io': validateRequestAuthentication,
  'AuthorizationPolicy.security.istio.io': validateAuthorizationPolicy,
  'PeerAuthentication.security.istio.io': validatePeerAuthentication,
  'Gateway.networking.istio.io': validateGateway,
  'VirtualService.networking.istio.io': validateVirtualService,
  'DestinationRule.networking.istio.io': validateDestinationRule,
  'ServiceEntry.networking.istio.io': validateServiceEntry,
  'Sidecar.networking.istio.io': validateSidecar,
  'Gateway.gateway.networking.k8s.io': validateKubernetesGateway,
  'ListenerSet.gateway.networking.k8s.io': validateListenerSet,
  'HTTPRoute.gateway.networking.k8s.io': validateRoute,
  'GRPCRoute.gateway.networking.k8s.io': validateGrpcRoute,
  'TLSRoute.gateway.networking.k8s.io': validateRoute,
  'TCPRoute.gateway.networking.k8s.io': validateRoute,
  'ReferenceGrant.gateway.networking.k8s.io': validateReferenceGrant,
  'BackendTLSPolicy.gateway.networking.k8s.io': validateBackendTlsPolicy,
  'Ingress.networking.k8s.io': validateIngress,
  'Service.': validateService,
  'Pod.': validatePod,
};

/** Kinds that are refused without a spec, for what it would have to say. */
const NEEDS_SPEC = new Set([
  'Gateway.networking.istio.io',
  'VirtualService.networking.istio.io',
  'DestinationRule.networking.istio.io',
  'ServiceEntry.networking.istio.io',
  'Sidecar.networking.istio.io',
]);

const DRY_RUN = 'istio.io/dry-run';

/** Only ALLOW and DENY can be tried dry; the rest is refused, and says so here, by istiod's webhook. */
function validateDryRun(reader: Reader, resource: Resource): void {
  const value = resource.metadata.annotations?.[DRY_RUN];
  if (typeof value !== 'string' || !resource.apiVersion.includes('istio.io/')) {
    return;
  }
  const at = `metadata.annotations.${DRY_RUN}`;
  if (resource.kind !== 'AuthorizationPolicy') {
    reader.report(at, 'only an AuthorizationPolicy can have it');
    return;
  }
  const { action } = (resource.spec ?? {}) as { action?: unknown };
  if (action === 'AUDIT' || action === 'CUSTOM') {
    reader.reportMoot(at, 'only actions ALLOW and DENY can have it');
  } else if (!/^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value)) {
    reader.report(at, 'must be true or false');
  }
}

/** API group of `apiVersion`; empty for the core group. */
export function apiGroup(apiVersion: string): string {
  const cut = apiVersion.indexOf('/');
  return cut < 0 ? '' : apiVersion.slice(0, cut);
}

export function refOf(resource: Resource): ResourceRef {
  const { name, namespace } = resource.metadata;
  return namespace === undefined
    ? { kind: resource.kind, name }
    : { kind: resource.kind, namespace, name };
}

/** How a person names an object. */
export function nameOf({ kind, namespace, name }: ResourceRef): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

/**
 * What the API server's validation would refuse in a resource; empty where nothing. Kinds that the
 * engine does not read are not checked.
 *
 * @public
 */
export function validateResource(resource: Resource): ParseError[] {
  const key = `${resource.kind}.${apiGroup(resource.apiVersion)}`;
  const validate = VALIDATORS[key];
  if (!validate && !isMeshConfig(resource)) return [];
  const reader = new Reader();
  validateMetadata(reader, resource);
  validateDryRun(reader, resource);
  const empty = NEEDS_SPEC.has(key) ? {} : undefined;
  const spec = reader.object(resource.spec ?? empty, 'spec');
  if (spec) validate?.(reader, spec);
  if (isMeshConfig(resource)) readMeshConfig(meshText(resource), reader);
  return reader.errors.map(error => ({
    ...error,
    resource: refOf(resource),
    ...(resource.origin ? { origin: resource.origin } : {}),
  }));
}
