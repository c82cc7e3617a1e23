import type { Lab } from '../client.ts';
import type { Random } from '../compare/random.ts';
import type { Manifest } from '../kube.ts';

/** More at once are not made; a change deletes then. */
const MOST_SERVICES = 12;
const NAMESPACE = 'default';

const SOAK_HOST = (name: string) => `${name}.soak.example.com`;

const HOSTS = ['backend', 'echo', 'extra-0', 'extra-1'];

const keyOf = ({ kind, metadata }: Manifest) =>
  `${kind}/${metadata?.namespace}/${metadata?.name}`;

/** What is there throughout: hosts of the shared gateway, and routes of the services of the catalog. */
function describeBase(): Manifest[] {
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'soak', namespace: NAMESPACE },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          {
            port: { number: 80, name: 'http', protocol: 'HTTP' },
            hosts: [SOAK_HOST('*')],
          },
        ],
      },
    },
    ...['backend', 'echo'].map(name => describeRoute(name, name)),
  ];
}

function describeRoute(name: string, to: string): Manifest {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `soak-${name}`, namespace: NAMESPACE },
    spec: {
      hosts: [SOAK_HOST(name)],
      gateways: ['soak'],
      http: [{ route: [{ destination: { host: to, port: { number: 80 } } }] }],
    },
  };
}

function describeService(name: string, port: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE, labels: { soak: 'true' } },
    spec: {
      selector: { app: 'echo' },
      ports: [{ name: 'http', port, targetPort: 8080 }],
    },
  };
}

/** A Service that came or went, which the coverage has to follow. */
export interface ServiceChange {
  name: string;
  isThere: boolean;
}

/** Makes, changes and deletes Services, routes, policies and labels of Pods, all of its own. */
export class Churn {
  readonly counts = new Map<string, number>();
  private readonly lab: Lab;
  private readonly random: Random;
  private readonly services = new Set<string>();
  private readonly standing = new Map<string, Manifest>();
  private made = 0;

  constructor(lab: Lab, random: Random) {
    this.lab = lab;
    this.random = random;
  }

  async begin(): Promise<void> {
    for (const object of describeBase()) await this.apply(object);
  }

  /** Changes one thing. @throws where the API server is away; nothing is remembered of it then */
  async step(): Promise<ServiceChange | undefined> {
    const { random } = this;
    const what = random.pick(['service', 'route', 'policy', 'label'] as const);
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    switch (what) {
      case 'service':
        return this.changeService();
      case 'route':
        await this.changeRoute();
        return undefined;
      case 'policy':
        await this.changePolicy();
        return undefined;
      default:
        await this.changeLabel();
        return undefined;
    }
  }

  /** Takes away all that is left. */
  async end(): Promise<void> {
    await this.lab.kube.remove([...this.standing.values()]);
    this.standing.clear();
    for (const pod of ['backend', 'echo']) await this.setLabel(pod, null);
  }

  private async changeService(): Promise<ServiceChange | undefined> {
    const { random, services } = this;
    const isFull = services.size >= MOST_SERVICES;
    if (services.size > 0 && (isFull || random.chance(0.4))) {
      const name = random.pick([...services]);
      await this.remove(describeService(name, 80));
      services.delete(name);
      return { name, isThere: false };
    }
    if (services.size > 0 && random.chance(0.3)) {
      const name = random.pick([...services]);
      await this.apply(describeService(name, 81 + random.int(900)));
      return undefined;
    }
    this.made += 1;
    const name = `soak-svc-${this.made}`;
    await this.apply(describeService(name, 80));
    services.add(name);
    return { name, isThere: true };
  }

  private async changeRoute(): Promise<void> {
    const name = `extra-${this.random.int(4)}`;
    const route = describeRoute(name, this.random.pick(['backend', 'echo']));
    const isThere = this.standing.has(keyOf(route));
    if (isThere && this.random.chance(0.5)) await this.remove(route);
    else await this.apply(route);
  }

  private async changePolicy(): Promise<void> {
    const { random } = this;
    const place = random.pick(['istio-system', NAMESPACE]);
    const selector = {
      matchLabels:
        place === NAMESPACE ? { app: 'echo' } : { istio: 'ingressgateway' },
    };
    const metadata = { name: `soak-${random.int(2)}`, namespace: place };
    const api = { apiVersion: 'security.istio.io/v1', metadata };
    const object: Manifest = random.chance(0.5)
      ? {
          ...api,
          kind: 'RequestAuthentication',
          spec: {
            selector,
            jwtRules: [
              {
                issuer: this.lab.sample.issuer,
                jwksUri: this.lab.jwks.uri('sample'),
                forwardOriginalToken: random.chance(0.5),
              },
            ],
          },
        }
      : {
          ...api,
          kind: 'AuthorizationPolicy',
          spec: {
            selector,
            action: 'DENY',
            rules: [
              {
                from: [{ source: { notRequestPrincipals: ['*'] } }],
                to: [{ operation: { hosts: [SOAK_HOST(random.pick(HOSTS))] } }],
              },
            ],
          },
        };
    const isThere = this.standing.has(keyOf(object));
    if (isThere && random.chance(0.4)) await this.remove(object);
    else await this.apply(object);
  }

  private async changeLabel(): Promise<void> {
    const { random } = this;
    await this.setLabel(
      random.pick(['backend', 'echo']),
      random.chance(0.3) ? null : String(random.int(1000)),
    );
  }

  /** By a patch of this label alone: an apply would take away the lab's own fields. */
  private async setLabel(pod: string, value: string | null): Promise<void> {
    const { status, body } = await this.lab.kube.send(
      'PATCH',
      `/api/v1/namespaces/${NAMESPACE}/pods/${pod}?fieldManager=istio-jwt-soak`,
      { metadata: { labels: { soak: value } } },
      'application/merge-patch+json',
    );
    if (status >= 300) throw new Error(`Label of ${pod}: ${status} ${body}`);
  }

  private async apply(object: Manifest): Promise<void> {
    // Remembered before: it may have arrived although no answer came.
    this.standing.set(keyOf(object), object);
    await this.lab.kube.apply(object);
  }

  private async remove(object: Manifest): Promise<void> {
    await this.lab.kube.remove(object);
    this.standing.delete(keyOf(object));
  }
}
