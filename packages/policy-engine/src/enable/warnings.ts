import { EnablementRequest } from '../model';
import { PathNormalization } from '../match/normalizePath';
import { matchesPath } from './matchesPath';
import { SimulatedWayIn, Simulation } from './simulate';

const NAMED = 5;

/**
 * What a plan cannot know and somebody has to, in sentences.
 *
 * @param normalizations - what the proxies concerned make of a path before they compare it
 */
export function listWarnings(
  { issuer, exemptPaths, route }: EnablementRequest,
  { targets, neighbours }: Simulation,
  normalizations: readonly PathNormalization[],
): string[] {
  const disturbed = neighbours.filter(refusesBearer);
  const others = targets.flatMap(({ assessment }) =>
    assessment.paths.length > 0
      ? exemptPaths.filter(
          path =>
            !assessment.paths.some(pattern =>
              matchesPath(pattern, path.replace(/\*$/, '')),
            ),
        )
      : [],
  );
  return [
    ...(disturbed.length > 0
      ? [
          `${disturbed.length} other ${
            disturbed.length === 1 ? 'way in' : 'ways in'
          } of the gateway (${listHosts(
            disturbed,
          )}) let bearer credentials pass that are no JWT of a trusted issuer; they would get 401. Make sure that none uses opaque tokens or tokens of another issuer.`,
        ]
      : []),
    ...listParting([...targets, ...neighbours]),
    ...(issuer.audiences.length === 0
      ? [
          `No audience is asked for: a token that ${issuer.issuer} made for any other application is accepted.`,
        ]
      : []),
    ...(normalizations.every(mode => mode === 'DECODE_AND_MERGE_SLASHES')
      ? []
      : exemptPaths.filter(path => path.endsWith('*')).map(warnOfPrefix)),
    ...(route && targets.some(({ wayIn }) => wayIn.protocol === 'http')
      ? [
          `${route.host} would be served in plain HTTP: unless something before the gateway ends TLS, tokens travel readable by everybody on the way.`,
        ]
      : []),
    ...(route
      ? [
          `The route does not make ${route.host} lead to this gateway: its name has to be in the DNS.`,
        ]
      : []),
    ...others.map(path => `No route leads ${path} to this service.`),
    ...(targets[0]?.wayIn.kind === 'gateway'
      ? [
          'The ways in from the mesh stay as they are: a workload in the mesh reaches the service as before.',
        ]
      : []),
  ];
}

/** Proxies compare paths with `%2f` as it stands; whoever decodes it later leaves the prefix by `..`. */
function warnOfPrefix(path: string): string {
  const outside = `${path.replace(/\/?\*$/, '/')}..%2f`;
  return `${path} exempts ${outside}… too: a server that decodes %2f takes that for a path outside of it. Exempt exact paths, make sure that the service does not decode it, or set pathNormalization.normalization: DECODE_AND_MERGE_SLASHES in the mesh config.`;
}

/** Tokens of an issuer that pass now and are refused once it is done. */
function listParting(ways: readonly SimulatedWayIn[]): string[] {
  const hosts = new Map<string, Set<string>>();
  for (const { wayIn, answers } of ways) {
    for (const { kind, title, before, after } of answers) {
      if (kind === 'other-issuer' && before === '200' && after !== '200') {
        hosts.set(title, (hosts.get(title) ?? new Set()).add(wayIn.host));
      }
    }
  }
  return [...hosts].map(
    ([title, at]) =>
      `“${title}” passes now and is refused once this is done, at ${[...at]
        .slice(0, NAMED)
        .join(
          ', ',
        )}. Make sure that callers come with tokens that are accepted then.`,
  );
}

function refusesBearer({ answers }: SimulatedWayIn): boolean {
  return answers.some(
    ({ kind, before, after }) =>
      kind === 'not-a-jwt' && before !== after && after.startsWith('401'),
  );
}

function listHosts(ways: readonly SimulatedWayIn[]): string {
  const hosts = [...new Set(ways.map(({ wayIn }) => wayIn.host))];
  const more = hosts.length - NAMED;
  return `${hosts.slice(0, NAMED).join(', ')}${
    more > 0 ? ` and ${more} more` : ''
  }`;
}
