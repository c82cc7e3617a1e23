import { ProtectionState, WayIn } from '../model';
import { programsOfHttp, readsIdentity } from '../analyse/rules';
import { Program } from '../compile/program';
import { allRules } from '../compile/ruleSet';
import { refusedPeer } from '../attach/mutualTls';
import { ResolvedWayIn } from '../attach/waysIn';
import { TLS_REFUSED } from '../decide/trace';
import { WayInAnalysis } from '../exposures/analysis';

const NO_WAYPOINT =
  'JWT cannot be checked: ambient without a waypoint, and ztunnel sees no tokens';

/** State of a way in, and one sentence that says why. */
export function stateOf(
  resolved: ResolvedWayIn,
  programs: readonly Program[],
  analysis: WayInAnalysis,
): { state: ProtectionState; reason: string } {
  const { wayIn } = resolved;
  const readers = programsOfHttp(wayIn, programs);
  const looksAtTokens = readers.some(({ providers }) => providers.length > 0);
  const exposed = analysis.exposures.filter(({ preflight }) => !preflight);
  const [worst] = exposed;
  if (analysis.unreachable) {
    return {
      state: 'unknown',
      reason:
        'No request was found that the route sends here, so nothing can be said.',
    };
  }
  if (analysis.everythingPasses) {
    return looksAtTokens
      ? {
          state: 'validated-only',
          reason:
            'A token is checked when there is one, and none is needed: a request without a token passes.',
        }
      : { state: 'open', reason: openReason(resolved) };
  }
  if (worst && !looksAtTokens && !asksForIdentity(readers)) {
    return {
      state: 'open',
      reason: `${blindReason(resolved)}; ${worst.summary} passes.`,
    };
  }
  if (worst) {
    const more = exposed.length > 1 ? ` and ${exposed.length - 1} more` : '';
    return {
      state: 'partial',
      reason: `Passes without a valid token: ${worst.summary}${more}.`,
    };
  }
  if (analysis.unknown !== undefined) {
    return { state: 'unknown', reason: `Not decidable: ${analysis.unknown}.` };
  }
  return refusedState(wayIn, programs, analysis, looksAtTokens);
}

function refusedState(
  wayIn: WayIn,
  programs: readonly Program[],
  analysis: WayInAnalysis,
  looksAtTokens: boolean,
): { state: ProtectionState; reason: string } {
  if (analysis.validTokenPasses === 'yes') {
    // The first proxy that asks for an identity refuses; those behind it see what it let through.
    const checks = programsOfHttp(wayIn, programs).filter(
      ({ providers }) => providers.length > 0,
    );
    const decides =
      checks.find(program => asksForIdentity([program])) ?? checks.at(-1);
    return {
      state: 'enforced',
      reason: `Every request needs a valid token${
        decides
          ? `, checked at ${decides.proxy.kind} ${decides.proxy.name}`
          : ''
      }.`,
    };
  }
  if (isZtunnelAlone(wayIn)) {
    return {
      state: 'over-blocked',
      reason: `${NO_WAYPOINT}: rules on HTTP or tokens admit nobody at ztunnel, and every connection is refused.`,
    };
  }
  if (insistsOnRefusedTls(wayIn, programs)) {
    return {
      state: 'over-blocked',
      reason: `Every request is refused: ${TLS_REFUSED}.`,
    };
  }
  const isTcp = wayIn.hops.every(hop => hop.protocol === 'tcp');
  if (isTcp) {
    return {
      state: 'over-blocked',
      reason:
        'The port is read as TCP, where no token can be given: every connection is refused.',
    };
  }
  return {
    state: 'over-blocked',
    reason: looksAtTokens
      ? 'Every request is refused, also with a valid token.'
      : 'Every request is refused, and no RequestAuthentication reads tokens.',
  };
}

function insistsOnRefusedTls(
  { hops }: WayIn,
  programs: readonly Program[],
): boolean {
  return hops.some(
    (hop, index) =>
      refusedPeer(hop, programs[index].mutualTls) === 'mutual-tls',
  );
}

function isZtunnelAlone({ hops }: WayIn): boolean {
  return hops.length > 0 && hops.every(({ proxy }) => proxy.kind === 'ztunnel');
}

function openReason(resolved: ResolvedWayIn): string {
  const { wayIn, unguarded, passesBy, byPods } = resolved;
  const passesWaypoint = passesBy !== undefined || byPods !== undefined;
  if (passesWaypoint || isZtunnelAlone(wayIn)) {
    return `${blindReason(resolved)}, and nothing else refuses a connection.`;
  }
  if (wayIn.hops.length === 0) {
    return `No proxy decides on this way in: ${unguarded ?? 'there is none'}.`;
  }
  const isTcp = wayIn.hops.every(hop => hop.protocol === 'tcp');
  return isTcp
    ? 'The port is read as TCP, so no token can be asked for, and nothing else refuses a connection.'
    : 'No proxy on the way looks at tokens, and nothing refuses a request without one.';
}

/** Why no token is looked at, without the full stop. */
function blindReason({ wayIn, passesBy, byPods }: ResolvedWayIn): string {
  if (passesBy !== undefined) {
    return `Callers ${passesBy.callers} pass by waypoint ${passesBy.waypoint}, which alone could check a token`;
  }
  if (byPods !== undefined) {
    return `Callers that address a Pod meet waypoint ${byPods} without the policies for the Service, and so nothing that looks at tokens`;
  }
  return isZtunnelAlone(wayIn)
    ? NO_WAYPOINT
    : 'No proxy on the way looks at tokens';
}

function asksForIdentity(programs: readonly Program[]): boolean {
  return programs.some(({ http }) =>
    [http.allow, http.deny].some(set => allRules(set).some(readsIdentity)),
  );
}
