import { Fixture } from './build';
import { allowEmpty } from '../findings/allowEmpty.fixture';
import { ambientNoWaypoint } from '../findings/ambientNoWaypoint.fixture';
import { anyIssuer } from '../findings/anyIssuer.fixture';
import { auditOnly } from '../findings/auditOnly.fixture';
import { authorizerMissing } from '../findings/authorizerMissing.fixture';
import { authorizationPrefix } from '../findings/authorizationPrefix.fixture';
import { claimHeaderOtherIssuer } from '../findings/claimHeaderOtherIssuer.fixture';
import { claimHeaderRoute } from '../findings/claimHeaderRoute.fixture';
import { claimHeaderSpoof } from '../findings/claimHeaderSpoof.fixture';
import { claimPathDot } from '../findings/claimPathDot.fixture';
import { claimRouting } from '../findings/claimRouting.fixture';
import { claimType } from '../findings/claimType.fixture';
import { cookieToken } from '../findings/cookieToken.fixture';
import { denyGoodTokens } from '../findings/denyGoodTokens.fixture';
import { denyWidens } from '../findings/denyWidens.fixture';
import { dryRun } from '../findings/dryRun.fixture';
import { exemptPathWide } from '../findings/exemptPathWide.fixture';
import { fallbackKey } from '../findings/fallbackKey.fixture';
import { foreignTokens } from '../findings/foreignTokens.fixture';
import { headerOnly } from '../findings/headerOnly.fixture';
import { headerTrusted } from '../findings/headerTrusted.fixture';
import { hostDot } from '../findings/hostDot.fixture';
import { hostNeverMatches } from '../findings/hostNeverMatches.fixture';
import { hostPort } from '../findings/hostPort.fixture';
import { ipBehindBalancer } from '../findings/ipBehindBalancer.fixture';
import { issuerEmpty } from '../findings/issuerEmpty.fixture';
import { issuerMismatch } from '../findings/issuerMismatch.fixture';
import { issuerTwice } from '../findings/issuerTwice.fixture';
import { istioVulnerable } from '../findings/istioVulnerable.fixture';
import { jwksDiscovery } from '../findings/jwksDiscovery.fixture';
import { jwksKid } from '../findings/jwksKid.fixture';
import { jwksPlaintext } from '../findings/jwksPlaintext.fixture';
import { jwksKnownKey } from '../findings/jwksKnownKey.fixture';
import { jwksPrivateKey } from '../findings/jwksPrivateKey.fixture';
import { locksOtherHosts } from '../findings/locksOtherHosts.fixture';
import { malformed } from '../findings/malformed.fixture';
import { methodCase } from '../findings/methodCase.fixture';
import { mutualTlsMismatch } from '../findings/mutualTlsMismatch.fixture';
import { negationAdmitsAnonymous } from '../findings/negationAdmitsAnonymous.fixture';
import { noAudience } from '../findings/noAudience.fixture';
import { noProxy } from '../findings/noProxy.fixture';
import { notCarriedOut } from '../findings/notCarriedOut.fixture';
import { notRead } from '../findings/notRead.fixture';
import { notHttp } from '../findings/notHttp.fixture';
import { optionsExempt } from '../findings/optionsExempt.fixture';
import { pathNeverMatches } from '../findings/pathNeverMatches.fixture';
import { pathNormalization } from '../findings/pathNormalization.fixture';
import { portNeverMatches } from '../findings/portNeverMatches.fixture';
import { preflightBlocked } from '../findings/preflightBlocked.fixture';
import { principalFormat } from '../findings/principalFormat.fixture';
import { principalNeverMatches } from '../findings/principalNeverMatches.fixture';
import { principalWithoutMtls } from '../findings/principalWithoutMtls.fixture';
import { queryToken } from '../findings/queryToken.fixture';
import { redirectBlocked } from '../findings/redirectBlocked.fixture';
import { requiredNotValidated } from '../findings/requiredNotValidated.fixture';
import { samePods } from '../findings/samePods.fixture';
import { scopeWithSpace } from '../findings/scopeWithSpace.fixture';
import { secondRoute } from '../findings/secondRoute.fixture';
import { selectorOnWaypoint } from '../findings/selectorOnWaypoint.fixture';
import { selectsNothing } from '../findings/selectsNothing.fixture';
import { serverLeftOut } from '../findings/serverLeftOut.fixture';
import { siblingAllow } from '../findings/siblingAllow.fixture';
import { suffixHost } from '../findings/suffixHost.fixture';
import { targetMissing } from '../findings/targetMissing.fixture';
import { tokenStripped } from '../findings/tokenStripped.fixture';
import { validatedNotRequired } from '../findings/validatedNotRequired.fixture';
import { wildcardInside } from '../findings/wildcardInside.fixture';

export { WORKLOADS as BASE } from '../../__testUtils__/handsOn';

/** By id of the finding. Findings that no configuration tells have none. */
export const FIXTURES: Record<string, Fixture> = {
  'allow-empty': allowEmpty,
  'ambient-no-waypoint': ambientNoWaypoint,
  'any-issuer': anyIssuer,
  'audit-only': auditOnly,
  'authorization-prefix': authorizationPrefix,
  'authorizer-missing': authorizerMissing,
  'claim-header-other-issuer': claimHeaderOtherIssuer,
  'claim-header-route': claimHeaderRoute,
  'claim-header-spoof': claimHeaderSpoof,
  'claim-path-dot': claimPathDot,
  'claim-routing': claimRouting,
  'claim-type': claimType,
  'cookie-token': cookieToken,
  'deny-good-tokens': denyGoodTokens,
  'deny-widens': denyWidens,
  'dry-run': dryRun,
  'exempt-path-wide': exemptPathWide,
  'fallback-key': fallbackKey,
  'foreign-tokens': foreignTokens,
  'header-only': headerOnly,
  'header-trusted': headerTrusted,
  'host-dot': hostDot,
  'host-never-matches': hostNeverMatches,
  'host-port': hostPort,
  'ip-behind-balancer': ipBehindBalancer,
  'issuer-empty': issuerEmpty,
  'issuer-mismatch': issuerMismatch,
  'issuer-twice': issuerTwice,
  'istio-vulnerable': istioVulnerable,
  'jwks-discovery': jwksDiscovery,
  'jwks-kid': jwksKid,
  'jwks-plaintext': jwksPlaintext,
  'jwks-known-key': jwksKnownKey,
  'jwks-private-key': jwksPrivateKey,
  'locks-other-hosts': locksOtherHosts,
  malformed: malformed,
  'method-case': methodCase,
  'mutual-tls-mismatch': mutualTlsMismatch,
  'negation-admits-anonymous': negationAdmitsAnonymous,
  'no-audience': noAudience,
  'no-proxy': noProxy,
  'not-http': notHttp,
  'not-carried-out': notCarriedOut,
  'not-read': notRead,
  'options-exempt': optionsExempt,
  'path-never-matches': pathNeverMatches,
  'path-normalization': pathNormalization,
  'port-never-matches': portNeverMatches,
  'preflight-blocked': preflightBlocked,
  'principal-format': principalFormat,
  'principal-never-matches': principalNeverMatches,
  'principal-without-mtls': principalWithoutMtls,
  'query-token': queryToken,
  'redirect-blocked': redirectBlocked,
  'required-not-validated': requiredNotValidated,
  'scope-with-space': scopeWithSpace,
  'same-pods': samePods,
  'second-route': secondRoute,
  'selector-on-waypoint': selectorOnWaypoint,
  'selects-nothing': selectsNothing,
  'server-left-out': serverLeftOut,
  'sibling-allow': siblingAllow,
  'suffix-host': suffixHost,
  'target-missing': targetMissing,
  'token-stripped': tokenStripped,
  'validated-not-required': validatedNotRequired,
  'wildcard-inside': wildcardInside,
};
