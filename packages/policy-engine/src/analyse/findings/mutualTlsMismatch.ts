import {
  DestinationRule,
  rulesBetween,
  rulesThatHold,
} from '../../attach/destinationRules';
import { refusesMutualTls } from '../../attach/ephemeralLabels';
import type { Mesh } from '../../attach/Mesh';
import { deciderOf, refusedPeer } from '../../attach/mutualTls';
import type { Hop, JsonPatchOperation } from '../../model';
import type { AnalysedWayIn } from '../../assess/assessService';
import { Detector, NOTHING, Occurrence } from '../detector';
import { describeWayIn, nameOf, proxyName } from '../rules';

export const mutualTlsMismatch: Detector = {
  id: 'mutual-tls-mismatch',
  severity: 'error',
  title: 'Two proxies do not agree on mutual TLS',
  why: 'The TLS mode of a DestinationRule says how proxies connect, a PeerAuthentication what the sidecar takes. Istio compares them nowhere: where one says mutual TLS and the other none, each connection fails, and the client gets 503 whatever his token is.',
  fix: 'Take the TLS settings out of the DestinationRule, so that Istio does what the PeerAuthentication asks for; or have both say the same.',
  link: 'https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule',
  inWayIn: (way, { mesh }) =>
    way.wayIn.hops.flatMap((hop, index) => {
      const refused = refusedPeer(hop, way.programs[index].mutualTls);
      return refused && index > 0
        ? [describe(mesh, way, index, refused)]
        : NOTHING;
    }),
};

function describe(
  mesh: Mesh,
  way: AnalysedWayIn,
  index: number,
  speaks: 'mutual-tls' | 'plaintext',
): Occurrence {
  const [before, hop] = way.wayIn.hops.slice(index - 1, index + 1);
  const { destination } = way.wayIn;
  const all = destination
    ? rulesBetween(mesh, before.proxy.namespace, destination)
    : [];
  const holding = rulesThatHold(all);
  const rules = all.filter(each => setsTls(each, holding.includes(each)));
  const [rule] = rules;
  // Without its settings those of another may hold.
  const hasRival = all.some(each => each !== rule && setsTls(each, true));
  // Neither mode that refuses is the default.
  const by = deciderOf(way.programs[index].mutualTls!, hop.port)!;
  const [said, taken] =
    speaks === 'mutual-tls'
      ? ['mutual TLS', 'none']
      : ['plain text', 'mutual TLS alone'];
  const source = rule
    ? rules.map(({ ref }) => nameOf(ref)).join(' and ')
    : automatismOf(mesh);
  return {
    message: `No request gets through by ${describeWayIn(way)}: ${proxyName(
      before,
    )} uses ${said}, as ${source} says, and ${proxyName(
      hop,
    )} takes ${taken}, as ${nameOf(by)} says.`,
    resource: rule?.ref ?? by,
    ...(rule && !hasRival && fixIn(mesh, rule, hop)),
  };
}

/** What says how to connect where no DestinationRule does. */
function automatismOf(mesh: Mesh): string {
  return mesh.config.autoMtls
    ? 'the label security.istio.io/tlsMode of the Pods'
    : 'enableAutoMtls of the mesh config';
}

/** @param holds - whether its traffic policy does, and not its subsets alone */
function setsTls({ spec }: DestinationRule, holds: boolean): boolean {
  if (spec === 'malformed') return false;
  const { trafficPolicy, subsets = [] } = spec;
  const policies = subsets.map(subset => subset.trafficPolicy);
  return [...(holds ? [trafficPolicy] : []), ...policies].some(
    policy =>
      policy?.tls || policy?.portLevelSettings?.some(level => level.tls),
  );
}

/** The settings to take out, where there is one place, they are for this Service alone and nothing else is needed. */
function fixIn(
  mesh: Mesh,
  { host, spec }: DestinationRule,
  { proxy }: Hop,
): { path: string; patch?: JsonPatchOperation[] } | undefined {
  if (spec === 'malformed' || !spec.trafficPolicy?.tls) return undefined;
  const { trafficPolicy, subsets = [] } = spec;
  const isWhole =
    !host.startsWith('*') &&
    trafficPolicy.portLevelSettings === undefined &&
    subsets.every(subset => !subset.trafficPolicy) &&
    mesh.config.autoMtls &&
    !refusesMutualTls(proxy.labels);
  // istiod refuses a traffic policy without any field.
  const isAlone = Object.keys(trafficPolicy).length === 1;
  return {
    path: 'spec.trafficPolicy.tls',
    ...(isWhole && {
      patch: [
        {
          op: 'remove',
          path: isAlone ? '/spec/trafficPolicy' : '/spec/trafficPolicy/tls',
        },
      ],
    }),
  };
}
