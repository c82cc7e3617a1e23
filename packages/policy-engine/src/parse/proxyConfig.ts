import { pick, readDocument } from './meshDocument';
import { Reader } from './reader';

/** What a proxy's own configuration says that decides requests. */
export interface ProxyConfig {
  /** `gatewayTopology.numTrustedProxies`; undefined where it is not set. */
  trustedProxies?: number;
  /** How a Pod's traffic comes to its sidecar: REDIRECT, TPROXY or NONE; undefined where it is not set. */
  interceptionMode?: string;
  /** Settings that change requests before any filter and that the engine does not follow. */
  unread: string[];
}

/** Annotation with a Pod's own ProxyConfig. */
export const PROXY_CONFIG_ANNOTATION = 'proxy.istio.io/config';
/** Names a ConfigMap with another start configuration for the Pod's Envoy. */
export const BOOTSTRAP_ANNOTATION = 'sidecar.istio.io/bootstrapOverride';

/** Words in names of Envoy's runtime features that change what policies compare, or by which requests are refused. */
const TELLING_FEATURE =
  /^envoy\.re(loadable|start)_features\..*(path|fragment|ur[il]|query|host|authority|header|cookie|method|scheme|forwarded|xff|address|jwt|rbac|normaliz|sanitize)/;

const INTERCEPTION_MODES = ['REDIRECT', 'TPROXY', 'NONE'];

/** Reads a `proxy.istio.io/config` annotation. */
export function readProxyConfigText(text: string, reader: Reader): ProxyConfig {
  const at = `metadata.annotations.${PROXY_CONFIG_ANNOTATION}`;
  return readProxyConfig(readDocument(text, reader, at), reader, at);
}

/** Reads a ProxyConfig; what is wrong with it is reported, with the path behind `at`. */
export function readProxyConfig(
  value: unknown,
  reader: Reader,
  at: string,
): ProxyConfig {
  const config = reader.object(value, at) ?? {};
  const topologyAt = `${at}.gatewayTopology`;
  const topology = reader.object(pick(config, 'gatewayTopology'), topologyAt);
  const trusted = reader.integer(
    pick(topology ?? {}, 'numTrustedProxies'),
    `${topologyAt}.numTrustedProxies`,
  );
  const settings = reader.object(
    pick(config, 'connectionSettings'),
    `${at}.connectionSettings`,
  );
  const unread = [
    'profile',
    'httpHeadersWithUnderscoresAction',
    'httpMergeSlashes',
    'httpPathWithEscapedSlashesAction',
  ].filter(field => pick(settings ?? {}, field) !== undefined);
  const modeAt = `${at}.interceptionMode`;
  const interceptionMode = reader.oneOf(
    pick(config, 'interceptionMode'),
    modeAt,
    INTERCEPTION_MODES,
  );
  const values = reader.object(
    pick(config, 'runtimeValues'),
    `${at}.runtimeValues`,
  );
  const features = Object.keys(values ?? {}).filter(name =>
    TELLING_FEATURE.test(name),
  );
  return {
    ...(interceptionMode === undefined ? {} : { interceptionMode }),
    ...(trusted === undefined ? {} : { trustedProxies: trusted }),
    unread: [
      ...unread.map(field => `connectionSettings.${field}`),
      ...features.map(name => `runtimeValues.${name}`),
    ],
  };
}
