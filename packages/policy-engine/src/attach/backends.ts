import { ProxyRef } from '../model';
import { ServicePortSpec, ServiceSpec } from '../parse/specs';
import { includesLabels, stringRecord } from './labels';
import { targetPortOf } from './listenPorts';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { isHttp3, PortProtocol, protocolOf } from './servicePorts';
import { contestedPortOf } from './sharedPorts';
import { sidecarPortOf } from './sidecarIngress';
import {
  Capture,
  captureBySidecar,
  captureByZtunnel,
  redirectsNothing,
} from './capture';
import { isRouter, proxyOf, selectWorkloads, Workload } from './workloads';

/** What stands behind one port of a Service: Pods that are the same to every policy. */
export interface Backend {
  /** How the Pods' own proxy reads the port. */
  protocol: PortProtocol;
  targetPort: number;
  workload?: Workload;
  /** The sidecar or ztunnel that decides; absent where none does. */
  proxy?: ProxyRef;
  /** Why none decides. */
  unguarded?: string;
  /** Why what happens behind cannot be told. */
  uncertain?: string;
}

/** Backends of a Service port; never empty for a port that Istio serves, or that passes it by. */
export function backendsOf(
  mesh: Mesh,
  service: Stored,
  port: ServicePortSpec,
): Backend[] {
  const protocol = protocolOf(port);
  const { namespace } = service;
  const spec = (service.resource.spec ?? {}) as ServiceSpec;
  if (!protocol) {
    return isHttp3(port) ? http3BackendsOf(mesh, namespace, spec, port) : [];
  }
  const target = typeof port.targetPort === 'number' ? port.targetPort : 0;
  const blank = { protocol, targetPort: target || port.port };
  if (spec.type === 'ExternalName') {
    const uncertain = `the Service only names ${
      spec.externalName ?? 'another host'
    }, outside of this cluster's workloads`;
    return [{ ...blank, uncertain }];
  }
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) {
    const uncertain =
      'the Service has no selector, so its endpoints are not known';
    return [{ ...blank, uncertain }];
  }
  const workloads = selectWorkloads(mesh, namespace, selector);
  const backends = workloads.flatMap(workload => {
    const targetPort = targetPortOf(workload, port);
    return targetPort === undefined
      ? []
      : [describe(mesh, { protocol, targetPort, workload })];
  });
  const [entry] = workloadEntriesOf(mesh, namespace, selector);
  if (entry) {
    const uncertain = `WorkloadEntry ${entry.namespace}/${entry.name} is among its endpoints, and nobody can tell what stands before a machine outside of the cluster`;
    backends.push({ ...blank, uncertain });
  }
  if (backends.length > 0) return backends;
  const uncertain =
    workloads.length > 0
      ? `no Pod has a port named ${JSON.stringify(port.targetPort)}`
      : "no Pod matches the Service's selector";
  return [{ ...blank, uncertain }];
}

const HTTP3: PortProtocol = { chain: 'tcp', client: 'https', sniffed: false };

/** Whoever speaks HTTP/3 to a Pod speaks to the application itself. A gateway's Pods serve others. */
function http3BackendsOf(
  mesh: Mesh,
  namespace: string,
  { selector = {} }: ServiceSpec,
  port: ServicePortSpec,
): Backend[] {
  if (Object.keys(selector).length === 0) return [];
  return selectWorkloads(mesh, namespace, selector)
    .filter(workload => !isRouter(workload))
    .flatMap(workload => {
      const targetPort = targetPortOf(workload, port);
      return targetPort === undefined
        ? []
        : [
            {
              protocol: HTTP3,
              targetPort,
              workload,
              unguarded: `port ${targetPort} of ${workload.name} is for HTTP/3 by UDP, which passes no proxy`,
            },
          ];
    });
}

/** Istio takes them for endpoints of a Service as it does Pods (PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES). */
export function workloadEntriesOf(
  mesh: Mesh,
  namespace: string,
  selector: Record<string, string>,
): Stored[] {
  return mesh.inNamespace('WorkloadEntry', namespace).filter(stored => {
    const { metadata, spec } = stored.resource;
    const own = stringRecord(
      (spec as { labels?: unknown } | undefined)?.labels,
    );
    return includesLabels({ ...own, ...metadata.labels }, selector);
  });
}

function describe(
  mesh: Mesh,
  backend: Backend & { workload: Workload },
): Backend {
  const { workload, targetPort } = backend;
  if (isRouter(workload)) {
    const uncertain = `the Pods of ${workload.name} are a gateway: what it serves shows at the Services behind it`;
    return { ...backend, uncertain };
  }
  switch (workload.sidecar) {
    case 'ambient': {
      const capture = captureByZtunnel(workload);
      return capture.kind === 'captured'
        ? { ...backend, proxy: proxyOf(workload, 'ztunnel') }
        : { ...backend, ...reasonOf(capture) };
    }
    case 'unknown':
      return {
        ...backend,
        uncertain: `whether ${workload.name} gets a sidecar is not known${
          workload.doubt ? `: ${workload.doubt}` : ''
        }`,
      };
    case 'absent':
      return { ...backend, unguarded: `${workload.name} has no sidecar` };
    default:
  }
  const proxy = proxyOf(workload, 'sidecar');
  const listener = sidecarPortOf(mesh, proxy, targetPort);
  if (redirectsNothing(mesh, workload)) {
    // Only what listeners of a Sidecar bind to reaches the proxy.
    return listener
      ? {
          ...backend,
          uncertain: `${workload.name} has interception mode NONE, and whether port ${targetPort} is the sidecar's or its own the engine does not follow`,
        }
      : {
          ...backend,
          unguarded: `${workload.name} has interception mode NONE, so nothing passes its sidecar`,
        };
  }
  const capture = captureBySidecar(workload, targetPort);
  if (capture.kind !== 'captured') return { ...backend, ...reasonOf(capture) };
  return {
    ...backend,
    ...(listener ?? readByService(mesh, workload, backend)),
    proxy,
  };
}

/** As the Service port says, unless others that end on the same port of the Pods say otherwise. */
function readByService(
  mesh: Mesh,
  workload: Workload,
  { targetPort, protocol }: Backend,
): Pick<Backend, 'protocol' | 'uncertain'> {
  const contested = contestedPortOf(mesh, workload, targetPort);
  if (!contested) return { protocol };
  const { as, uncertain } = contested;
  return {
    protocol: as.chain === protocol.chain ? protocol : as,
    ...(uncertain ? { uncertain } : {}),
  };
}

function reasonOf({
  kind,
  why,
}: Exclude<Capture, { kind: 'captured' }>): Partial<Backend> {
  return kind === 'passed-by' ? { unguarded: why } : { uncertain: why };
}
