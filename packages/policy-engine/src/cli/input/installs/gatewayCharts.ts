import { Release } from './istiodChart';
import {
  asList,
  mergeValues,
  textAt,
  Values,
  valueAt,
  valuesAt,
} from './values';

/** A port of a Service of a gateway: Envoy listens at the target. */
const port = (name: string, number: number, targetPort = number) => ({
  name,
  port: number,
  targetPort,
  protocol: 'TCP',
});
const STATUS = port('status-port', 15021);
const WEB = [port('http2', 80, 8080), port('https', 443, 8443)];
const BETWEEN_NETWORKS = [
  STATUS,
  port('tls', 15443),
  port('tls-istiod', 15012),
  port('tls-webhook', 15017),
];

/** Values of the charts that istioctl installs gateways by, where nothing is written. */
export const INGRESS_VALUES = {
  labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
  ports: [STATUS, ...WEB],
};
export const DEMO_INGRESS_VALUES = {
  ...INGRESS_VALUES,
  ports: [...INGRESS_VALUES.ports, port('tcp', 31400), port('tls', 15443)],
};
export const EGRESS_VALUES = {
  labels: { app: 'istio-egressgateway', istio: 'egressgateway' },
  ports: WEB,
};

/** What a gateway needs, whichever chart makes it. */
interface Gateway {
  kind: string;
  name: string;
  namespace: string;
  labels: Values;
  selector: Values;
  annotations: Values;
  serviceAccountName: string;
  container: object;
  /** Undefined for a gateway without a Service. */
  ports: readonly object[] | undefined;
}

/**
 * What Istio's chart `gateway` makes of its values, as far as it decides requests.
 *
 * @param name - of the Helm release
 */
export function renderGateway(
  { namespace, values }: Release,
  release: string,
): object[] {
  const name = textAt(values, 'name') ?? release;
  const selector = {
    app: textAt(values, 'labels', 'app') ?? name,
    istio: textAt(values, 'labels', 'istio') ?? name.replace(/^istio-/, ''),
  };
  const revision = textAt(values, 'revision');
  const labels = {
    'istio.io/dataplane-mode': 'none',
    ...valuesAt(values, 'labels'),
    'sidecar.istio.io/inject': 'true',
    ...(revision === undefined ? {} : { 'istio.io/rev': revision }),
    ...selector,
  };
  const annotations = mergeValues(
    {
      'inject.istio.io/templates': 'gateway',
      'sidecar.istio.io/inject': 'true',
    },
    valuesAt(values, 'podAnnotations'),
  );
  const isMade = valueAt(values, 'serviceAccount', 'create') !== false;
  return renderParts({
    kind: textAt(values, 'kind') ?? 'Deployment',
    name,
    namespace,
    labels,
    selector: { ...selector, ...valuesAt(values, 'service', 'selectorLabels') },
    annotations,
    serviceAccountName:
      textAt(values, 'serviceAccount', 'name') ?? (isMade ? name : 'default'),
    container: { image: 'auto' },
    ports: portsOf(values),
  });
}

function portsOf(values: Values): readonly object[] | undefined {
  if (textAt(values, 'service', 'type') === 'None') return undefined;
  if (textAt(values, 'networkGateway') !== undefined) return BETWEEN_NETWORKS;
  const written = asList(valueAt(values, 'service', 'ports'));
  return written.length > 0
    ? written
    : [STATUS, port('http2', 80), port('https', 443)];
}

/**
 * What Istio's charts `istio-ingress` and `istio-egress` make of their values, which are those of one gateway
 * (`gateways.istio-ingressgateway`). istioctl installs gateways by them.
 */
export function renderIngressGateway({ namespace, values }: Release): object[] {
  const name = textAt(values, 'name') ?? '';
  const labels = valuesAt(values, 'labels');
  const template = textAt(values, 'injectionTemplate');
  return renderParts({
    kind: 'Deployment',
    name,
    namespace,
    labels: {
      ...labels,
      'sidecar.istio.io/inject': String(template !== undefined),
      'istio.io/dataplane-mode': 'none',
    },
    selector: labels,
    annotations: {
      ...(template === undefined
        ? {}
        : { 'inject.istio.io/templates': template }),
      ...valuesAt(values, 'podAnnotations'),
    },
    serviceAccountName: `${name}-service-account`,
    container: { args: ['proxy', 'router'] },
    ports: asList(valueAt(values, 'ports')),
  });
}

function renderParts(gateway: Gateway): object[] {
  const { kind, name, namespace, labels, selector, annotations } = gateway;
  const metadata = { name, namespace, labels };
  const { serviceAccountName, container, ports } = gateway;
  return [
    {
      apiVersion: 'apps/v1',
      kind,
      metadata,
      spec: {
        template: {
          metadata: { labels, annotations },
          spec: {
            serviceAccountName,
            containers: [{ name: 'istio-proxy', ...container }],
          },
        },
      },
    },
    ...(ports === undefined
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata,
            spec: { selector, ports },
          },
        ]),
  ];
}
