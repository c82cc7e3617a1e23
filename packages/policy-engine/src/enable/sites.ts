import { EnablementRequest, ProxyRef, WayInAssessment } from '../model';
import { Mesh } from '../attach/Mesh';
import { proxyKey } from '../attach/workloads';
import { gatewaySelectorOf } from '../attach/gateways';
import { ServiceSpec } from '../parse/specs';
import { Attachment, PolicySite } from './buildPolicies';

/** One proxy that is to ask for tokens. */
export interface Site extends PolicySite {
  proxy: ProxyRef;
  isGatewayApi: boolean;
  waysIn: WayInAssessment[];
}

export type SitesResult =
  | { ok: true; where: 'gateway' | 'workload'; sites: Site[] }
  | { ok: false; reason: string; alternatives: string[] };

/** The proxies at which a request is to be carried out: the first of each way in. */
export function findSites(
  mesh: Mesh,
  request: EnablementRequest,
  waysIn: readonly WayInAssessment[],
): SitesResult {
  const kinds = new Set(waysIn.map(({ kind }) => kind));
  if (kinds.size > 1) return findEndOfAll(mesh, request, waysIn);
  const opaque = waysIn.find(({ protocol }) => !/^https?$/.test(protocol));
  if (opaque) {
    return {
      ok: false,
      reason: `${opaque.host}, port ${opaque.port}, carries ${opaque.protocol}: no proxy on the way sees HTTP, so none can see a token.`,
      alternatives: [
        'End TLS at the gateway, or name the port so that Istio knows it for HTTP.',
      ],
    };
  }
  const [hop] = waysIn[0].hops;
  if (!hop || waysIn.some(({ hops }) => hops.length === 0)) {
    return {
      ok: false,
      reason: 'No proxy stands on the way, so nothing can look at tokens.',
      alternatives: ['Give the workload a sidecar, or the Service a waypoint.'],
    };
  }
  const blind = waysIn.find(({ hops }) => hops[0].proxy.kind === 'ztunnel');
  if (blind) return refuseZtunnel(blind);
  if (waysIn[0].kind === 'in-mesh') return findInMesh(mesh, request, waysIn);
  const sites = new Map<string, Site>();
  for (const wayIn of waysIn) {
    const attachment = gatewayAttachment(mesh, wayIn);
    if (!attachment) {
      return {
        ok: false,
        reason: `The Gateway of ${wayIn.host} could not be found in the configuration.`,
        alternatives: ['Wait until the cluster has been read.'],
      };
    }
    const [{ proxy, port }] = wayIn.hops;
    const key = `${proxyKey(proxy)}/${JSON.stringify(attachment)}`;
    const site = sites.get(key) ?? {
      attachment,
      proxy,
      isGatewayApi: attachment.by === 'gateway',
      hosts: [],
      ports: [],
      waysIn: [],
    };
    sites.set(key, {
      ...site,
      hosts: unique([...site.hosts, wayIn.host]),
      ports: unique([...site.ports, port]),
      waysIn: [...site.waysIn, wayIn],
    });
  }
  return { ok: true, where: 'gateway', sites: [...sites.values()] };
}

/**
 * Ways in by a gateway and from the mesh end at the same proxy. What stands there may be changed for all
 * of them at once; nothing else may.
 */
function findEndOfAll(
  mesh: Mesh,
  request: EnablementRequest,
  waysIn: readonly WayInAssessment[],
): SitesResult {
  const { standing = [] } = request;
  const inMesh = waysIn.filter(({ kind }) => kind === 'in-mesh');
  const standsThere = inMesh.every(({ hops: [hop] }) =>
    standing.every(({ kind, namespace, name }) =>
      hop?.policies.some(
        ({ ref }) =>
          ref.kind === kind && ref.namespace === namespace && ref.name === name,
      ),
    ),
  );
  if (standing.length > 0 && standsThere) {
    return findSites(mesh, request, inMesh);
  }
  return {
    ok: false,
    reason:
      'Ways in by a gateway and from the mesh are protected in different places.',
    alternatives: [
      standing.length > 0
        ? 'Give the policies back, and adopt those of each place by themselves.'
        : 'Plan them one after the other.',
    ],
  };
}

/** It sees connections and identities, and never a header. */
function refuseZtunnel({ id }: WayInAssessment): SitesResult {
  return {
    ok: false,
    reason: id.endsWith('.direct')
      ? 'This way in passes by the waypoint and meets ztunnel alone, which knows connections only and cannot check a token.'
      : 'The workload is in ambient mode without a waypoint: ztunnel knows connections only and cannot check a token.',
    alternatives: id.endsWith('.direct')
      ? [
          'Have the workload admit the waypoint alone: an AuthorizationPolicy by selector with the identity of the waypoint as principal, which ztunnel enforces.',
          'Plan the way in through the waypoint.',
        ]
      : [
          'Give the Service a waypoint: a Gateway of class istio-waypoint, and the label istio.io/use-waypoint on the Service or its namespace.',
          'Protect the ways in by gateways instead.',
        ],
  };
}

function findInMesh(
  mesh: Mesh,
  request: EnablementRequest,
  waysIn: readonly WayInAssessment[],
): SitesResult {
  const [{ proxy }] = waysIn[0].hops;
  if (proxy.kind !== 'waypoint') return findWorkload(mesh, request, waysIn);
  const { namespace, name } = request.service;
  const other = waysIn.find(({ hops: [hop] }) => {
    const { service } = hop.proxy;
    return service?.namespace !== namespace || service?.name !== name;
  });
  if (other) {
    return {
      ok: false,
      reason: `On way in ${other.id} the waypoint decides by the policies of something else than this Service.`,
      alternatives: [
        'Require the token at the waypoint as a whole: policies with the Gateway in targetRefs, written by hand.',
      ],
    };
  }
  return {
    ok: true,
    where: 'workload',
    sites: [
      {
        attachment: { by: 'service', namespace, name },
        proxy,
        isGatewayApi: true,
        hosts: unique(waysIn.map(({ host }) => host)),
        ports: unique(waysIn.map(({ hops }) => hops[0].port)),
        waysIn: [...waysIn],
      },
    ],
  };
}

function findWorkload(
  mesh: Mesh,
  { service }: EnablementRequest,
  waysIn: readonly WayInAssessment[],
): SitesResult {
  const stored = mesh.get({ kind: 'Service', ...service });
  const selector = ((stored?.spec ?? {}) as ServiceSpec).selector ?? {};
  const [{ proxy }] = waysIn[0].hops;
  if (proxy.kind !== 'sidecar' || Object.keys(selector).length === 0) {
    return {
      ok: false,
      reason:
        proxy.kind === 'sidecar'
          ? 'The Service has no selector, so a policy cannot select what it selects.'
          : `The way in is guarded by a ${proxy.kind}, for which plans are not made yet.`,
      alternatives: ['Write the policies by hand; the page follows them.'],
    };
  }
  return {
    ok: true,
    where: 'workload',
    sites: [
      {
        attachment: {
          by: 'selector',
          namespace: service.namespace,
          labels: selector,
        },
        proxy,
        isGatewayApi: false,
        hosts: unique(waysIn.map(({ host }) => host)),
        ports: unique(waysIn.map(({ hops }) => hops[0].port)),
        waysIn: [...waysIn],
      },
    ],
  };
}

function gatewayAttachment(
  mesh: Mesh,
  { gateway, hops }: WayInAssessment,
): Attachment | undefined {
  const stored = gateway && mesh.get(gateway);
  if (!stored) return undefined;
  if (stored.apiVersion.startsWith('gateway.networking.k8s.io/')) {
    const { name, namespace = '' } = stored.metadata;
    return { by: 'gateway', namespace, name };
  }
  const selector = gatewaySelectorOf({ resource: stored });
  const [{ proxy }] = hops;
  return Object.keys(selector).length > 0
    ? { by: 'selector', namespace: proxy.namespace, labels: selector }
    : { by: 'selector', namespace: proxy.namespace, labels: proxy.labels };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
