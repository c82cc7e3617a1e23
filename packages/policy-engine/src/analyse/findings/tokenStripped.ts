import {
  Detector,
  NOTHING,
  Occurrence,
  REQUEST_AUTHENTICATION_DOCS,
} from '../detector';
import { JwtProvider, Program } from '../../compile/program';
import { nameOf, requiresToken } from '../rules';

export const tokenStripped: Detector = {
  id: 'token-stripped',
  severity: 'error',
  title: 'The gateway removes the token that the sidecar asks for',
  why: 'A proxy that validated a token removes it unless `forwardOriginalToken` is set. A second proxy then sees a request without a token.',
  fix: 'Set `forwardOriginalToken: true` in the RequestAuthentication of the gateway.',
  link: REQUEST_AUTHENTICATION_DOCS,
  inService: ({ waysIn }) => {
    // Most forward the token.
    const stripping = waysIn.filter(({ programs }) => programs.some(strips));
    if (stripping.length === 0) return NOTHING;
    return stripping.flatMap(way =>
      way.programs.slice(0, -1).flatMap((program, index): Occurrence[] => {
        const next = way.programs[index + 1];
        if (!requiresToken(next) || way.wayIn.hops[index].protocol === 'tcp')
          return [];
        return program.providers
          .filter(provider => !provider.forward)
          .filter(provider =>
            next.providers.some(other => shares(provider, other)),
          )
          .map(provider => ({
            severity:
              way.assessment.state === 'over-blocked' ? 'error' : 'warning',
            message: `${nameOf(
              provider.policy,
            )} removes tokens of ${JSON.stringify(provider.issuer)} at ${
              program.proxy.kind
            } ${program.proxy.name}, and ${next.proxy.kind} ${
              next.proxy.name
            } requires one: good requests get 403 there.`,
            resource: provider.policy,
            path: `spec.jwtRules[${provider.index}].forwardOriginalToken`,
            patch: [
              {
                op: 'add',
                path: `/spec/jwtRules/${provider.index}/forwardOriginalToken`,
                value: true,
              },
            ],
          }));
      }),
    );
  },
};

function strips({ providers }: Program): boolean {
  return providers.some(({ forward }) => !forward);
}

/** Whether two rules read tokens of one issuer in the same header. */
function shares(a: JwtProvider, b: JwtProvider): boolean {
  const issuer = a.issuer === b.issuer || a.issuer === '' || b.issuer === '';
  return (
    issuer &&
    a.headers.some(({ name }) => b.headers.some(other => other.name === name))
  );
}
