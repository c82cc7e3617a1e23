import { CAPTURE_FLAG, captureFlags } from '../parse/captureFlags';
import { sameData } from '../queries/queries';
import { isTrue } from '../parse/isTrue';
import type { Mesh } from './Mesh';
import { readOwn } from './proxySettings';
import type { Workload } from './workloads';

/** How a Pod's traffic comes to its sidecar. */
export const INTERCEPTION_MODE = 'sidecar.istio.io/interceptionMode';
/** Templates that the injector makes of a Pod, instead of its own. */
const TEMPLATES = 'inject.istio.io/templates';
/** Istio's other ones are of proxyless gRPC, which knows of no RequestAuthentication. */
const FOLLOWED_TEMPLATES = ['sidecar', 'gateway'];
const BYPASS_INBOUND = 'ambient.istio.io/bypass-inbound-capture';
const TRAFFIC = 'traffic.sidecar.istio.io/';
/** Where the agent tells of its health, if not on port 15020. */
const STATUS_PORT = 'status.sidecar.istio.io/port';
/** Of the agent and of Envoy's statistics: nothing is redirected that is for them (Istio's CNI, NewRedirect). */
const AGENT_PORTS = ['15020', '15021', '15090'];

/** Whether requests to a port of a workload pass the proxy that is there. */
export type Capture =
  | { kind: 'captured' }
  | { kind: 'passed-by'; why: string }
  | { kind: 'unknown'; why: string };

const CAPTURED: Capture = { kind: 'captured' };

/** Whether an annotation of a Pod says what of its inbound requests passes a proxy. */
export function tellsCapture(annotation: string): boolean {
  return (
    annotation === INTERCEPTION_MODE ||
    annotation === TEMPLATES ||
    annotation === BYPASS_INBOUND ||
    annotation === STATUS_PORT ||
    annotation.startsWith(TRAFFIC)
  );
}

/** Whether a workload in ambient mode has its requests pass ztunnel (the CNI's nodeagent/net.go). */
export function captureByZtunnel({ name, annotations }: Workload): Capture {
  return isTrue(annotations[BYPASS_INBOUND])
    ? {
        kind: 'passed-by',
        why: `annotation ${BYPASS_INBOUND} of ${name} keeps requests from ztunnel`,
      }
    : CAPTURED;
}

/** Whether nothing is redirected to a workload's sidecar (ProxyConfig's `interceptionMode`). */
export function redirectsNothing(mesh: Mesh, workload: Workload): boolean {
  const mode =
    captureFlags(workload.spec)[CAPTURE_FLAG.mode] ??
    workload.annotations[INTERCEPTION_MODE] ??
    readOwn(workload.annotations).interceptionMode ??
    mesh.config.defaultConfig.interceptionMode;
  return mode === 'NONE';
}

/** What a sidecar's Pod says of its inbound requests, each part as a list. */
type InboundSettings = Record<
  'templates' | 'included' | 'excluded' | 'interfaces',
  readonly string[]
>;

const SETTINGS: Record<keyof InboundSettings, string> = {
  templates: TEMPLATES,
  included: `${TRAFFIC}includeInboundPorts`,
  excluded: `${TRAFFIC}excludeInboundPorts`,
  interfaces: `${TRAFFIC}excludeInterfaces`,
};

const list = (text: string) =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');

/** Names of the templates by which a Pod shall be injected. */
export const templatesOf = (annotations: Workload['annotations']): string[] =>
  list(annotations[TEMPLATES] ?? 'sidecar');

/** An init container was told what counts: annotations may have come later. */
function readInbound({ annotations, spec }: Workload): InboundSettings {
  const flags = captureFlags(spec);
  const read = (part: 'included' | 'excluded' | 'interfaces') =>
    flags[CAPTURE_FLAG[part]] ?? annotations[SETTINGS[part]];
  return {
    templates: templatesOf(annotations),
    included: list(read('included') ?? '*'),
    excluded: list(read('excluded') ?? ''),
    interfaces: list(read('interfaces') ?? ''),
  };
}

/**
 * Whether what a template says of its inbound requests is so for a Pod. What it does not say, Pods have from the
 * injector.
 */
export function isCapturedAs(
  mesh: Mesh,
  pod: Workload,
  template: Workload,
): boolean {
  const [real, wanted] = [readInbound(pod), readInbound(template)];
  const isKept = (part: keyof InboundSettings) =>
    !(SETTINGS[part] in template.annotations) ||
    sameData(withoutAgents(real[part]), withoutAgents(wanted[part]));
  return (
    redirectsNothing(mesh, pod) === redirectsNothing(mesh, template) &&
    (Object.keys(SETTINGS) as (keyof InboundSettings)[]).every(isKept) &&
    [BYPASS_INBOUND, STATUS_PORT].every(
      name => pod.annotations[name] === template.annotations[name],
    )
  );
}

function withoutAgents(ports: readonly string[]): string[] {
  return ports.filter(port => !AGENT_PORTS.includes(port)).sort();
}

/**
 * Whether a workload's sidecar gets what is sent to a port, where anything is redirected at all (the injection
 * template and istio-iptables; with Istio's CNI the annotations say the same).
 */
export function captureBySidecar(workload: Workload, port: number): Capture {
  const { name, annotations, spec } = workload;
  const { templates, included, excluded, interfaces } = readInbound(workload);
  if (!templates.some(item => FOLLOWED_TEMPLATES.includes(item))) {
    return {
      kind: 'unknown',
      why: `${name} is injected by the templates ${templates}, whose proxy the engine does not follow`,
    };
  }
  const flags = captureFlags(spec);
  const wanted = String(port);
  const isAgents =
    AGENT_PORTS.includes(wanted) || annotations[STATUS_PORT] === wanted;
  // What an init container was told has them among the excluded ones.
  if (isAgents && !(CAPTURE_FLAG.excluded in flags)) {
    return {
      kind: 'passed-by',
      why: `port ${port} of ${name} is of its sidecar's agent, and what is sent there passes the sidecar by`,
    };
  }
  const isIncluded = included.includes('*') || included.includes(wanted);
  if (!isIncluded || excluded.includes(wanted)) {
    const by =
      CAPTURE_FLAG.included in flags ? 'its init container' : 'annotation';
    return {
      kind: 'passed-by',
      why: `port ${port} of ${name} is excluded from its sidecar by ${by}`,
    };
  }
  return interfaces.length > 0
    ? {
        kind: 'unknown',
        why: `what comes to ${name} by the interfaces ${interfaces} passes its sidecar by`,
      }
    : CAPTURED;
}

/** Whether an annotation keeps some of a Pod's own requests from its sidecar; Istio's CNI writes the defaults, too. */
export function limitsOutbound(annotation: string, value: string): boolean {
  if (annotation === INTERCEPTION_MODE) {
    return value !== 'REDIRECT' && value !== 'TPROXY';
  }
  if (!/^traffic\.sidecar\.istio\.io\/.*outbound/i.test(annotation))
    return false;
  const isDefault = annotation.endsWith('includeOutboundIPRanges')
    ? value.trim() === '*'
    : annotation.includes('/exclude') && value.trim() === '';
  return !isDefault;
}
