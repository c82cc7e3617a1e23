import { Mesh, WayIn } from 'istio-jwt-policy-engine';
import { hostMatches } from '../status/assessEntity';

interface IstioGateway {
  servers?: {
    port?: { number?: number };
    hosts?: string[];
    tls?: { mode?: string };
  }[];
}

interface KubernetesGateway {
  listeners?: {
    port?: number;
    hostname?: string;
    tls?: { options?: Record<string, string> };
  }[];
  tls?: {
    frontend?: {
      default?: FrontendTls;
      perPort?: { port?: number; tls?: FrontendTls }[];
    };
  };
}

interface FrontendTls {
  validation?: { mode?: string };
}

/** Whether a gateway ends the handshake with every client that has no certificate. */
export function asksForCertificate(mesh: Mesh, wayIn: WayIn): boolean {
  const { protocol, callerIdentity, gateway } = wayIn;
  if (protocol !== 'https') return false;
  if (callerIdentity === 'required') return true;
  const resource = gateway && mesh.get(gateway);
  if (callerIdentity !== 'optional' || !resource) return false;
  return resource.apiVersion.startsWith('gateway.networking.k8s.io/')
    ? asksListener(resource.spec as KubernetesGateway, wayIn)
    : asksServer(resource.spec as IstioGateway, wayIn);
}

function asksServer({ servers }: IstioGateway, { port, host }: WayIn): boolean {
  return (Array.isArray(servers) ? servers : []).some(
    server =>
      server.port?.number === port &&
      server.tls?.mode === 'MUTUAL' &&
      (server.hosts ?? []).some(name =>
        hostMatches(name.replace(/^[^/]*\//, ''), host),
      ),
  );
}

function asksListener(
  { listeners, tls }: KubernetesGateway,
  { port, host }: WayIn,
): boolean {
  const byOption = (Array.isArray(listeners) ? listeners : []).some(
    listener =>
      listener.port === port &&
      listener.tls?.options?.['gateway.istio.io/tls-terminate-mode'] ===
        'MUTUAL' &&
      (!listener.hostname || hostMatches(listener.hostname, host)),
  );
  const own = tls?.frontend?.perPort?.find(each => each.port === port);
  const { validation } = own?.tls ?? tls?.frontend?.default ?? {};
  return (
    byOption ||
    (validation !== undefined && validation.mode !== 'AllowInsecureFallback')
  );
}
