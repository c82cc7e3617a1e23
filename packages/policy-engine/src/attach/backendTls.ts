import { ServicePortSpec } from '../parse/specs';
import { pushTo } from '../multimap';
import { Family } from '../queries/queries';
import { perObject } from '../queries/perObject';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';

const BY_SERVICE = new Family();

/** Istio's own switch: such a policy is left to other implementations. */
const IGNORED = 'istio.io/ignore-policy-attachment';

interface Target {
  name: string;
  /** Name of a port; undefined for all of them. */
  section?: string;
}

/**
 * What of a Service a BackendTLSPolicy may have proxies connect to by TLS of the user's own. istiod makes one
 * DestinationRule of a Service's policies, in its namespace and for every caller, though the Gateway API speaks of
 * gateways (DestinationRuleCollection); versions and settings of istiod differ in whether it reads them.
 */
export function backendTlsOf(
  mesh: Mesh,
  service: { namespace: string; name: string },
  port: ServicePortSpec,
): 'none' | 'this-port' | 'other-ports' {
  const { byService, unreadable } = mesh.queries.get(
    BY_SERVICE,
    service.namespace,
    () => indexTargets(mesh.inNamespace('BackendTLSPolicy', service.namespace)),
  );
  const targets = byService.get(service.name) ?? [];
  if (
    unreadable ||
    targets.some(({ section }) => !section || section === port.name)
  ) {
    return 'this-port';
  }
  return targets.length > 0 ? 'other-ports' : 'none';
}

const targetsOf = perObject(
  ({ resource, errors }: Stored): Target[] | 'unreadable' => {
    const annotations = stringRecord(resource.metadata.annotations);
    if (annotations[IGNORED]?.toLowerCase() === 'true') return [];
    if (errors.some(({ path = '' }) => path.startsWith('spec'))) {
      return 'unreadable';
    }
    const { targetRefs = [] } = (resource.spec ?? {}) as {
      targetRefs?: {
        kind?: string;
        name: string;
        sectionName?: string;
      }[];
    };
    return targetRefs
      .filter(({ kind }) => kind === 'Service')
      .map(({ name, sectionName }) => ({ name, section: sectionName }));
  },
);

function indexTargets(policies: readonly Stored[]) {
  const byService = new Map<string, Target[]>();
  const all = policies.map(targetsOf);
  for (const targets of all) {
    if (targets === 'unreadable') continue;
    for (const target of targets) pushTo(byService, target.name, target);
  }
  return { byService, unreadable: all.includes('unreadable') };
}
