import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { parseLabelSelector } from '../entity/parseLabelSelector';
import {
  ClusterAccess,
  ClusterConfig,
  GatewayOverride,
  ProberConfig,
} from './types';

const DEFAULT_ROOT_NAMESPACE = 'istio-system';
const DEFAULT_TRUST_DOMAIN = 'cluster.local';
const DEFAULT_PROBER_SELECTOR = 'app.kubernetes.io/name=istio-jwt-prober';

/** Reads `istioJwt.clusters`, or the Kubernetes plugin's clusters where it is absent. */
export function readClusters(root: Config): ClusterConfig[] {
  const own = root.getOptionalConfigArray('istioJwt.clusters');
  const clusters = own
    ? own.map((config, index) =>
        readCluster(config, `istioJwt.clusters[${index}]`),
      )
    : readKubernetesPluginClusters(root);
  const seen = new Set<string>();
  for (const { name } of clusters) {
    if (seen.has(name)) {
      throw new InputError(
        `istioJwt.clusters has two clusters named '${name}'. Give each its own name: annotations refer to it.`,
      );
    }
    seen.add(name);
  }
  return clusters;
}

function readCluster(config: Config, key: string): ClusterConfig {
  const sandbox = config.getOptionalBoolean('sandbox') ?? false;
  return {
    name: config.getString('name'),
    title: config.getOptionalString('title'),
    sandbox,
    access: readAccess(config, key, sandbox),
    namespaces: config.getOptionalStringArray('namespaces'),
    rootNamespace:
      config.getOptionalString('rootNamespace') ?? DEFAULT_ROOT_NAMESPACE,
    trustDomain:
      config.getOptionalString('trustDomain') ?? DEFAULT_TRUST_DOMAIN,
    gateways: (config.getOptionalConfigArray('gateways') ?? []).map(
      (gateway, index) => readGateway(gateway, `${key}.gateways[${index}]`),
    ),
    portForward: config.getOptionalBoolean('portForward') ?? false,
    probers: (config.getOptionalConfigArray('probers') ?? []).map(
      (prober, index) => readProber(prober, `${key}.probers[${index}]`),
    ),
  };
}

function readAccess(
  config: Config,
  key: string,
  sandbox: boolean,
): ClusterAccess {
  const inCluster = config.getOptionalBoolean('inCluster') ?? false;
  const url = config.getOptionalString('url');
  const kubeconfig = config.getOptionalString('kubeconfig');
  const given = [inCluster, url, kubeconfig].filter(Boolean).length;
  if (given !== 1) {
    throw new InputError(
      `${key} names ${given} ways to reach the cluster. Set exactly one of 'url', 'kubeconfig' (a file path) and 'inCluster: true'.`,
    );
  }
  if (inCluster) {
    return { kind: 'in-cluster' };
  }
  if (kubeconfig) {
    return {
      kind: 'kubeconfig',
      path: kubeconfig,
      context: config.getOptionalString('context'),
    };
  }
  return readUrlAccess(config, `${key}.url`, url!, sandbox);
}

function readUrlAccess(
  config: Config,
  key: string,
  url: string,
  plainHttpAllowed: boolean,
): ClusterAccess {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new InputError(
      `${key} is not an http or https URL. Write the API server's address, such as https://10.0.0.1:6443.`,
    );
  }
  if (parsed.username || parsed.password) {
    throw new InputError(
      `${key} carries credentials. Put them in 'serviceAccountToken' instead.`,
    );
  }
  const skipTLSVerify = config.getOptionalBoolean('skipTLSVerify') ?? false;
  if (parsed.protocol === 'http:' && !plainHttpAllowed && !skipTLSVerify) {
    throw new InputError(
      `${key} is plain http, which sends the service account token readable on the network. Use https, or set 'skipTLSVerify: true' to accept that.`,
    );
  }
  return {
    kind: 'url',
    url: url.replace(/\/+$/, ''),
    serviceAccountToken: config.getOptionalString('serviceAccountToken'),
    caData: config.getOptionalString('caData'),
    caFile: config.getOptionalString('caFile'),
    skipTLSVerify: skipTLSVerify || parsed.protocol === 'http:',
  };
}

function readGateway(config: Config, key: string): GatewayOverride {
  const address = config.getString('address');
  const parts = /^(\[[0-9a-fA-F:]+\]|[^:/@\s]+):(\d{1,5})$/.exec(address);
  const port = Number(parts?.[2]);
  if (!parts || port < 1 || port > 65535) {
    throw new InputError(
      `${key}.address is '${address}'. Write host:port, such as 10.1.2.3:30080.`,
    );
  }
  return {
    match: {
      namespace: config.getString('match.namespace'),
      name: config.getString('match.name'),
      port: config.getOptionalNumber('match.port'),
    },
    address: { host: parts[1].replace(/^\[|\]$/g, ''), port },
    caFile: config.getOptionalString('caFile'),
  };
}

function readProber(config: Config, key: string): ProberConfig {
  const selectorText =
    config.getOptionalString('labelSelector') ?? DEFAULT_PROBER_SELECTOR;
  const labelSelector = parseLabelSelector(selectorText);
  if (!labelSelector) {
    throw new InputError(
      `${key}.labelSelector is '${selectorText}'. Write a label selector, such as ${DEFAULT_PROBER_SELECTOR}.`,
    );
  }
  return {
    namespace: config.getString('namespace'),
    labelSelector,
    selectorText,
    container: config.getOptionalString('container'),
  };
}

/**
 * The Kubernetes plugin's `clusterLocatorMethods`. Only clusters that the server may read on its own
 * account are used: this plugin watches in the background, with no user at hand to lend a token.
 */
function readKubernetesPluginClusters(root: Config): ClusterConfig[] {
  const methods =
    root.getOptionalConfigArray('kubernetes.clusterLocatorMethods') ?? [];
  return methods.flatMap((method, index) => {
    const key = `kubernetes.clusterLocatorMethods[${index}]`;
    const type = method.getString('type');
    if (type !== 'config') {
      return [
        describeUnsupported(
          `${type} (${key})`,
          `Clusters located by '${type}' cannot be read in the background`,
        ),
      ];
    }
    return method
      .getConfigArray('clusters')
      .map((cluster, position) =>
        readLocatedCluster(cluster, `${key}.clusters[${position}]`),
      );
  });
}

function readLocatedCluster(config: Config, key: string): ClusterConfig {
  const name = config.getString('name');
  const authProvider =
    config.getOptionalString('authProvider') ??
    config.getOptionalString('authMetadata.kubernetes\\.io/auth-provider');
  if (authProvider !== 'serviceAccount') {
    return describeUnsupported(
      name,
      `${key} uses authProvider '${
        authProvider ?? 'none'
      }', which needs a signed-in user or a cloud's own credentials`,
    );
  }
  return {
    name,
    title: config.getOptionalString('title'),
    sandbox: false,
    access: readUrlAccess(config, `${key}.url`, config.getString('url'), false),
    rootNamespace: DEFAULT_ROOT_NAMESPACE,
    trustDomain: DEFAULT_TRUST_DOMAIN,
    gateways: [],
    portForward: false,
    probers: [],
  };
}

function describeUnsupported(name: string, reason: string): ClusterConfig {
  return {
    name,
    sandbox: false,
    access: {
      kind: 'unsupported',
      reason,
      fix: `List the cluster under istioJwt.clusters with a service account token, a kubeconfig file or inCluster: true.`,
    },
    rootNamespace: DEFAULT_ROOT_NAMESPACE,
    trustDomain: DEFAULT_TRUST_DOMAIN,
    gateways: [],
    portForward: false,
    probers: [],
  };
}
