import { modeOf } from '../../attach/mutualTls';
import { Check, Clause } from '../../compile/program';
import { Detector, Found, NOTHING, ProxyUse } from '../detector';
import {
  enforcedRules,
  isPeerMatcher,
  nameOf,
  proxyName,
  rulePath,
} from '../rules';

export const principalWithoutMtls: Detector = {
  id: 'principal-without-mtls',
  severity: 'error',
  title: 'A caller without mutual TLS passes a condition on its identity',
  why: 'Without a certificate a request has no principal and no namespace. A DENY that names callers does not match it, and an ALLOW that excludes callers does (ISTIO-SECURITY-2021-004).',
  fix: 'Set mutual TLS to STRICT (PeerAuthentication), or ask for `principals: ["*"]` in the ALLOW and add a DENY on `notPrincipals: ["*"]`.',
  link: 'https://istio.io/latest/news/security/istio-security-2021-004/',
  on: ['principal', 'namespace', 'service-account', 'trust-domain'],
  inProxy: use => {
    const { program, hop } = use;
    const rules = enforcedRules(program);
    if (rules.length === 0 || demandsCertificate(use)) return NOTHING;
    return rules.flatMap(({ rule, action }) =>
      rule.principals.flatMap(clause =>
        clause.filter(isPeerCheck).flatMap((check): Found => {
          const bypass = (action === 'DENY') !== check.negated;
          if (!bypass || asksForPeer(clause, check)) return NOTHING;
          return [
            {
              message: `${proxyName(
                hop,
              )} takes requests without a certificate on port ${
                hop.port
              }, and they pass ${check.field} of ${nameOf(rule.policy)}.`,
              resource: rule.policy,
              path: rulePath(rule, check.field),
            },
          ];
        }),
      ),
    );
  },
};

function demandsCertificate({ program, hop, way, index }: ProxyUse): boolean {
  if (program.mutualTls) {
    const mode = modeOf(program.mutualTls, hop.port);
    return mode === 'STRICT' || mode === 'unknown';
  }
  return index > 0 || way.wayIn.callerIdentity === 'required';
}

function isPeerCheck({ matchers }: Check): boolean {
  return isPeerMatcher(matchers[0]);
}

/** Whether the same `from` also asks for a certificate, whoever's. */
function asksForPeer(clause: Clause, check: Check): boolean {
  return (
    check.negated && clause.some(other => !other.negated && isPeerCheck(other))
  );
}
