import { Detector, FindingDefinition } from './detector';
import { allowEmpty } from './findings/allowEmpty';
import { ambientNoWaypoint } from './findings/ambientNoWaypoint';
import { anyIssuer } from './findings/anyIssuer';
import { auditOnly } from './findings/auditOnly';
import { authorizerMissing } from './findings/authorizerMissing';
import { authorizationPrefix } from './findings/authorizationPrefix';
import { claimHeaderOtherIssuer } from './findings/claimHeaderOtherIssuer';
import { claimHeaderRoute } from './findings/claimHeaderRoute';
import { claimHeaderSpoof } from './findings/claimHeaderSpoof';
import { claimPathDot } from './findings/claimPathDot';
import { claimRouting } from './findings/claimRouting';
import { claimType } from './findings/claimType';
import { cookieToken } from './findings/cookieToken';
import { denyGoodTokens } from './findings/denyGoodTokens';
import { denyWidens } from './findings/denyWidens';
import { dryRun } from './findings/dryRun';
import { exemptPathWide } from './findings/exemptPathWide';
import { foreignTokens } from './findings/foreignTokens';
import { headerOnly } from './findings/headerOnly';
import { headerTrusted } from './findings/headerTrusted';
import { hostDot } from './findings/hostDot';
import { hostNeverMatches } from './findings/hostNeverMatches';
import { hostPort } from './findings/hostPort';
import { ipBehindBalancer } from './findings/ipBehindBalancer';
import { issuerEmpty } from './findings/issuerEmpty';
import { issuerMismatch } from './findings/issuerMismatch';
import { issuerTwice } from './findings/issuerTwice';
import { fallbackKey, istioVulnerable } from './findings/istioVulnerable';
import { jwksDiscovery } from './findings/jwksDiscovery';
import { jwksKid } from './findings/jwksKid';
import { jwksPlaintext } from './findings/jwksPlaintext';
import { jwksKnownKey } from './findings/jwksKnownKey';
import { jwksPrivateKey } from './findings/jwksPrivateKey';
import { jwksUnreachable } from './findings/jwksUnreachable';
import { locksOtherHosts } from './findings/locksOtherHosts';
import { malformed } from './findings/malformed';
import { methodCase } from './findings/methodCase';
import { mutualTlsMismatch } from './findings/mutualTlsMismatch';
import { negationAdmitsAnonymous } from './findings/negationAdmitsAnonymous';
import { noAudience } from './findings/noAudience';
import { noProxy } from './findings/noProxy';
import { notCarriedOut } from './findings/notCarriedOut';
import { notRead } from './findings/notRead';
import { notHttp } from './findings/notHttp';
import { optionsExempt } from './findings/optionsExempt';
import { pathNeverMatches } from './findings/pathNeverMatches';
import { pathNormalization } from './findings/pathNormalization';
import { portNeverMatches } from './findings/portNeverMatches';
import { preflightBlocked } from './findings/preflightBlocked';
import { principalFormat } from './findings/principalFormat';
import { principalNeverMatches } from './findings/principalNeverMatches';
import { principalWithoutMtls } from './findings/principalWithoutMtls';
import { queryToken } from './findings/queryToken';
import { redirectBlocked } from './findings/redirectBlocked';
import { requiredNotValidated } from './findings/requiredNotValidated';
import { samePods } from './findings/samePods';
import { scopeWithSpace } from './findings/scopeWithSpace';
import { secondRoute } from './findings/secondRoute';
import { selectorOnWaypoint } from './findings/selectorOnWaypoint';
import { selectsNothing } from './findings/selectsNothing';
import { serverLeftOut } from './findings/serverLeftOut';
import { siblingAllow } from './findings/siblingAllow';
import { suffixHost } from './findings/suffixHost';
import { targetMissing } from './findings/targetMissing';
import { tokenStripped } from './findings/tokenStripped';
import { validatedNotRequired } from './findings/validatedNotRequired';
import { wildcardInside } from './findings/wildcardInside';

/** Every detector. A new one is a file in `findings/`, its fixture beside it, its page in `docs/findings`, and a line here. */
export const DETECTORS: readonly Detector[] = [
  ambientNoWaypoint,
  authorizationPrefix,
  authorizerMissing,
  claimRouting,
  denyGoodTokens,
  denyWidens,
  fallbackKey,
  foreignTokens,
  hostDot,
  hostNeverMatches,
  hostPort,
  issuerMismatch,
  jwksDiscovery,
  jwksKid,
  jwksKnownKey,
  jwksPrivateKey,
  jwksUnreachable,
  malformed,
  methodCase,
  mutualTlsMismatch,
  negationAdmitsAnonymous,
  noProxy,
  notCarriedOut,
  notRead,
  pathNeverMatches,
  portNeverMatches,
  principalFormat,
  principalNeverMatches,
  principalWithoutMtls,
  requiredNotValidated,
  scopeWithSpace,
  samePods,
  secondRoute,
  selectorOnWaypoint,
  siblingAllow,
  targetMissing,
  tokenStripped,
  validatedNotRequired,
  wildcardInside,
  allowEmpty,
  anyIssuer,
  claimHeaderOtherIssuer,
  claimHeaderRoute,
  claimHeaderSpoof,
  claimPathDot,
  claimType,
  exemptPathWide,
  headerTrusted,
  ipBehindBalancer,
  issuerEmpty,
  issuerTwice,
  istioVulnerable,
  jwksPlaintext,
  locksOtherHosts,
  notHttp,
  optionsExempt,
  pathNormalization,
  redirectBlocked,
  selectsNothing,
  serverLeftOut,
  suffixHost,
  auditOnly,
  cookieToken,
  dryRun,
  headerOnly,
  noAudience,
  preflightBlocked,
  queryToken,
];

/** Every kind of finding, for help pages and filters. @public */
export const findingCatalogue: readonly FindingDefinition[] = DETECTORS.map(
  ({ id, severity, title, why, fix, link }) => ({
    id,
    severity,
    title,
    why,
    fix,
    link,
    docs: `docs/findings/${id}.md`,
  }),
);
