import { agrees, CauseCheck, Mismatch } from './Mismatch';

/** Istio's default; a mesh can set another, so that it is no proof. */
const ISTIO_SERVER = 'istio-envoy';

export const checkInFront: CauseCheck = ({ observed }) => {
  const cause = {
    id: 'in-front' as const,
    title: 'Something before the gateway answers in its place',
  };
  const { origin } = observed;
  if (!origin) return undefined;
  if (origin.inFront.length > 0) {
    return {
      ...cause,
      finding: 'likely',
      evidence: `The answer carries ${origin.inFront.join(
        ', ',
      )}, which proxies and caches add.`,
      next: 'Send the request to the gateway itself, past the CDN or load balancer, or set istioJwt.clusters[].gateways to its own address.',
    };
  }
  if (origin.server !== ISTIO_SERVER) {
    return {
      ...cause,
      finding: 'likely',
      evidence: origin.server
        ? `The server calls itself ${origin.server}; Istio's proxies say ${ISTIO_SERVER}.`
        : `The answer does not name its server; Istio's proxies say ${ISTIO_SERVER}.`,
      next: 'See what listens at the address that was probed.',
    };
  }
  return {
    ...cause,
    finding: 'ruled-out',
    evidence: `The server calls itself ${ISTIO_SERVER}${
      origin.passedOn ? ', and passed the request on' : ''
    }, and no proxy before it left a header.`,
  };
};

export const checkSync: CauseCheck = ({ plan, repeated }) => {
  const cause = {
    id: 'proxy-not-in-sync' as const,
    title: 'A proxy has other configuration than istiod gives out',
  };
  const proxy = plan.wayIn.hops[0]?.proxy;
  const next = `istioctl proxy-status${
    proxy ? ` -n ${proxy.namespace}` : ''
  } names proxies that are not in sync; istioctl proxy-config shows what one has.`;
  const agreed = repeated.filter(agrees).length;
  if (agreed > 0 && agreed === repeated.length) {
    return {
      ...cause,
      finding: 'ruled-out',
      evidence: 'Every later request was answered as configured.',
    };
  }
  if (agreed > 0) {
    return {
      ...cause,
      finding: 'likely',
      evidence: `Of ${repeated.length} requests on connections of their own, ${agreed} were answered as configured: not every replica has the same configuration.`,
      next,
    };
  }
  return {
    ...cause,
    finding: 'possible',
    evidence:
      repeated.length > 0
        ? `${repeated.length} more requests, each on a connection of its own, were answered alike: if so, no replica follows.`
        : 'The request could not be repeated.',
    next,
  };
};

export const checkOtherGateway: CauseCheck = mismatch => {
  const cause = {
    id: 'another-gateway' as const,
    title: 'The address leads to another gateway',
  };
  const { plan, address, explanation } = mismatch;
  // Inside the mesh, and by port-forward, a request goes where Kubernetes says.
  if (address === undefined) return undefined;
  const next =
    "See in the access log of this gateway whether the probe (by its user agent) arrived there, and in the others' otherwise.";
  if (explanation.kind === 'not-from-here') {
    return { ...cause, finding: 'likely', evidence: explanation.summary, next };
  }
  if (plan.mirror.config.gateways.some(gateway => isAt(gateway, address))) {
    return {
      ...cause,
      finding: 'possible',
      evidence: `${address} is set by hand in istioJwt.clusters[].gateways.`,
      next,
    };
  }
  const sharing = listServicesAt(mismatch);
  return sharing.length > 1
    ? {
        ...cause,
        finding: 'possible',
        evidence: `Several Services have the address ${address}: ${sharing.join(
          ', ',
        )}.`,
        next,
      }
    : {
        ...cause,
        finding: 'ruled-out',
        evidence: `${
          address ?? 'The address'
        } comes from a Service that selects this gateway's Pods, and no other has it.`,
      };
};

/** Envoy's words where it has no key for a token. */
const NO_KEY = /^(Jwks |Jwt verification fails)/;

export const checkKeySet: CauseCheck = ({ observation, observed }) => {
  if (!observed.body || !NO_KEY.test(observed.body)) return undefined;
  const expectsPass = observation.expected.status?.includes('not-401-403');
  return {
    id: 'key-set',
    title: 'istiod has not the keys that the issuer signs with',
    finding: expectsPass ? 'likely' : 'possible',
    evidence: `The proxy answered “${observed.body}”: its key set for ${
      observation.issuer ?? 'the issuer'
    } cannot verify the token.`,
    next: "See the issuer's key set on this page, and istiod's log for a failed fetch of jwksUri.",
  };
};

function isAt(
  { address }: Mismatch['plan']['mirror']['config']['gateways'][number],
  wanted: string | undefined,
): boolean {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}` === wanted;
}

interface BalancedService {
  metadata: { namespace?: string; name: string };
  spec?: { ports?: { port?: number }[] };
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  };
}

function listServicesAt({ plan, address }: Mismatch): string[] {
  return (plan.mirror.mesh.list('Service') as BalancedService[])
    .filter(({ spec, status }) =>
      (status?.loadBalancer?.ingress ?? []).some(({ ip, hostname }) =>
        (spec?.ports ?? []).some(
          ({ port }) =>
            `${ip ?? hostname}:${port}` === address ||
            `[${ip}]:${port}` === address,
        ),
      ),
    )
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}
