import { isSet, Reader } from './reader';

const MODES = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'];
const SETTINGS = [
  ...['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'],
  ...['portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'],
];

/** Follows istiod's ValidateDestinationRule in what decides how proxies connect. */
export function validateDestinationRule(
  reader: Reader,
  spec: Record<string, unknown>,
): void {
  if (!reader.string(spec.host, 'spec.host')) {
    reader.report('spec.host', 'must be set');
  }
  reader.strings(spec.exportTo, 'spec.exportTo');
  const selector = reader.object(
    spec.workloadSelector,
    'spec.workloadSelector',
  );
  reader.stringMap(selector?.matchLabels, 'spec.workloadSelector.matchLabels');
  validateTrafficPolicy(reader, spec.trafficPolicy, 'spec.trafficPolicy');
  reader.objects(spec.subsets, 'spec.subsets', (subset, at) => {
    if (!reader.string(subset.name, `${at}.name`)) {
      reader.report(`${at}.name`, 'must be set');
    }
    reader.stringMap(subset.labels, `${at}.labels`);
    validateTrafficPolicy(reader, subset.trafficPolicy, `${at}.trafficPolicy`);
  });
}

function validateTrafficPolicy(
  reader: Reader,
  value: unknown,
  at: string,
): void {
  const policy = reader.object(value, at);
  if (!policy) return;
  if (!SETTINGS.some(field => isFilled(policy[field]))) {
    reader.report(at, 'needs at least one setting');
  }
  validateTls(reader, policy.tls, `${at}.tls`);
  const levels = `${at}.portLevelSettings`;
  reader.objects(policy.portLevelSettings, levels, (level, path) => {
    const port = reader.object(level.port, `${path}.port`);
    if (!isSet(level.port)) reader.report(`${path}.port`, 'must be set');
    reader.integer(port?.number, `${path}.port.number`);
    if (!SETTINGS.slice(0, 4).some(field => isFilled(level[field]))) {
      reader.report(path, 'needs at least one setting');
    }
    validateTls(reader, level.tls, `${path}.tls`);
  });
}

/** To protobuf an empty list is none. */
function isFilled(value: unknown): boolean {
  return isSet(value) && !(Array.isArray(value) && value.length === 0);
}

function validateTls(reader: Reader, value: unknown, at: string): void {
  reader.oneOf(reader.object(value, at)?.mode, `${at}.mode`, MODES);
}
