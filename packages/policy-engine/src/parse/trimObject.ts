import { Resource } from '../model';
import { captureFlags } from './captureFlags';
import { ISTIOD, isIstiodSetting } from './istiodSettings';
import { isMeshConfig, meshText } from './meshConfig';
import { ContainerSpec } from './specs';

type Fields = Record<string, unknown>;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Annotations that say what of a Pod's traffic passes a proxy, how that proxy is set up, and by which istiod. */
const TRAFFIC_ANNOTATIONS =
  /^(sidecar\.istio\.io\/(inject|interceptionMode|bootstrapOverride)|traffic\.sidecar\.istio\.io\/.+|status\.sidecar\.istio\.io\/port|ambient\.istio\.io\/(redirection|bypass-inbound-capture)|inject\.istio\.io\/templates|istio\.io\/rev|proxy\.istio\.io\/config)$/;
/** Arguments of `pilot-agent proxy` that tell a gateway or a waypoint from a sidecar. */
const PROXY_ROLES: readonly unknown[] = ['router', 'waypoint'];
const SIDECAR = 'istio-proxy';
/** Setting of a sidecar's agent that has no Envoy. */
export const DISABLE_ENVOY = 'DISABLE_ENVOY';

/**
 * Drops of a Kubernetes object what the engine does not read. For whoever reads a cluster, before
 * anything is kept: a mesh has more Pods than anything else, and their full form holds environment
 * variables that are nobody's business here, as other ConfigMaps than istiod's do.
 *
 * @param object - as the API server gives it, with `kind`
 * @public
 */
export function trimObject(
  object: Record<string, unknown>,
): Record<string, unknown> {
  switch (object.kind) {
    case 'Pod':
      return trimPod(object);
    case 'ConfigMap':
      return trimConfigMap(object);
    default:
      return { ...object, metadata: trimMetadata(object) };
  }
}

function trimPod(pod: Fields): Fields {
  const metadata = fieldsOf(pod.metadata);
  const spec = fieldsOf(pod.spec);
  const annotations = Object.entries(fieldsOf(metadata.annotations)).filter(
    ([key]) => TRAFFIC_ANNOTATIONS.test(key),
  );
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: {
      ...identityOf(metadata),
      labels: metadata.labels,
      ...(annotations.length > 0
        ? { annotations: Object.fromEntries(annotations) }
        : {}),
      ownerReferences: listOf(metadata.ownerReferences).map(owner => ({
        kind: owner.kind,
        name: owner.name,
      })),
    },
    spec: {
      serviceAccountName: spec.serviceAccountName,
      ...(spec.hostNetwork === true ? { hostNetwork: true } : {}),
      containers: listOf(spec.containers).map(trimContainer),
      ...listHttpProbes(spec),
      initContainers: listOf(spec.initContainers).flatMap(trimInitContainer),
    },
    status: trimPodStatus(fieldsOf(pod.status)),
  };
}

/** Endpoints of ServiceEntries may be Pods by their addresses. Few have more than one. */
function trimPodStatus({ phase, podIP, podIPs }: Fields): Fields {
  const addresses = listOf(podIPs);
  return {
    phase,
    ...(podIP === undefined ? {} : { podIP }),
    ...(addresses.length > 1
      ? { podIPs: addresses.map(({ ip }) => ({ ip })) }
      : {}),
  };
}

const PROBE_KINDS = ['readiness', 'liveness', 'startup'];
/** Path under which Istio's agent asks an application on behalf of the kubelet. */
const REWRITTEN = /^\/app-health\/([^/]+)\/(?:readyz|livez|startupz)$/;

/** What the kubelet asks of containers by HTTP; behind a sidecar, what it asked before Istio rewrote it. */
function listHttpProbes(spec: Fields): Fields {
  const containers = listOf(spec.containers);
  const originals = readOriginals([
    ...containers,
    ...listOf(spec.initContainers),
  ]);
  const httpProbes = containers.flatMap(container =>
    PROBE_KINDS.flatMap(kind => {
      const { path, port } = fieldsOf(
        fieldsOf(container[`${kind}Probe`]).httpGet,
      );
      if (typeof path !== 'string') return [];
      const isRewritten = REWRITTEN.test(path);
      const original = fieldsOf(fieldsOf(originals[path]).httpGet);
      if (isRewritten && typeof original.path !== 'string') return [];
      return [
        {
          container: container.name,
          kind,
          path: isRewritten ? original.path : path,
          port: isRewritten ? original.port : port,
          isRewritten,
        },
      ];
    }),
  );
  return httpProbes.length > 0 ? { httpProbes } : {};
}

function readOriginals(containers: readonly Fields[]): Fields {
  const env = containers
    .filter(({ name }) => name === SIDECAR)
    .flatMap(container => listOf(container.env))
    .find(({ name }) => name === 'ISTIO_KUBE_APP_PROBERS');
  try {
    return fieldsOf(JSON.parse(String(env?.value)));
  } catch {
    return {};
  }
}

/** Native sidecars, which keep running, and what sets up a sidecar's redirection. */
function trimInitContainer(container: Fields): Fields[] {
  if (container.restartPolicy === 'Always') {
    return [{ ...trimContainer(container), restartPolicy: 'Always' }];
  }
  const flags = captureFlags({
    initContainers: [container as unknown as ContainerSpec],
  });
  return Object.keys(flags).length > 0
    ? [{ name: container.name, args: Object.entries(flags).flat() }]
    : [];
}

function trimContainer({ name, image, ports, args, env }: Fields): Fields {
  const roles = Array.isArray(args)
    ? args.filter(arg => PROXY_ROLES.includes(arg))
    : [];
  const settings = listOf(env).filter(setting => isRead(name, setting.name));
  return {
    name,
    ports,
    ...(settings.length > 0 ? { env: settings } : {}),
    ...(name === ISTIOD ? { image } : {}),
    ...(roles.length > 0 ? { args: roles } : {}),
  };
}

/** Whether a container's setting says what its proxy does, or what istiod tells proxies. */
function isRead(container: unknown, setting: unknown): boolean {
  switch (container) {
    case SIDECAR:
      return setting === DISABLE_ENVOY;
    case ISTIOD:
      return isIstiodSetting(setting);
    default:
      return false;
  }
}

/** Only what istiod reads its mesh config from. */
function trimConfigMap(object: Fields): Fields {
  const metadata = fieldsOf(object.metadata);
  const resource = { ...object, metadata } as unknown as Resource;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: identityOf(metadata),
    ...(isMeshConfig(resource) ? { data: { mesh: meshText(resource) } } : {}),
  };
}

function identityOf({ name, namespace, resourceVersion }: Fields): Fields {
  return { name, namespace, resourceVersion };
}

function trimMetadata(object: Fields): Fields {
  const { managedFields, annotations, ...kept } = fieldsOf(object.metadata);
  if (!annotations) return kept;
  const { [LAST_APPLIED]: _, ...others } = fieldsOf(annotations);
  return { ...kept, annotations: others };
}

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
