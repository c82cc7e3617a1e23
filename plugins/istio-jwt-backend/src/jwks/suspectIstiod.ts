import {
  IssuerHealth,
  IstiodSuspicion,
  Observation,
} from 'backstage-plugin-istio-jwt-common';

const BAD_SIGNATURE = 'Jwt verification fails';
const NO_KEY = "Jwks doesn't have key to match kid or alg from Jwt";

/**
 * What the answers to valid tokens say of the keys that the proxies have. istiod reads key sets by
 * itself; nothing but such an answer shows what came of it.
 *
 * @param observations - made under the present configuration
 * @param published - whether the published set has the token's key; undefined where no token is known
 */
export function suspectIstiod(
  issuer: string,
  health: IssuerHealth,
  observations: readonly Observation[],
  published: boolean | undefined,
): IstiodSuspicion | undefined {
  if (health.kind !== 'healthy' && health.kind !== 'failing') {
    return undefined;
  }
  const answers = observations.filter(
    observation =>
      observation.vector === 'valid-token' &&
      observation.issuer === issuer &&
      observation.observed.kind === 'answer',
  );
  const bodies = answers.map(({ observed }) =>
    observed.kind === 'answer' && observed.status === 401 ? observed.body : '',
  );
  const isAbout = (body: string) =>
    bodies.length > 0 && bodies.every(text => text === body);
  const { at = '' } = answers[0] ?? {};
  if (health.kind === 'failing') {
    return isAbout(BAD_SIGNATURE) || isAbout(NO_KEY)
      ? {
          at,
          message:
            'Probes with a valid token got 401: the proxies have no keys of this issuer either.',
        }
      : undefined;
  }
  if (published === false) {
    return undefined;
  }
  if (isAbout(BAD_SIGNATURE)) {
    return {
      at,
      message:
        'The published keys are in order, and yet every valid token got 401 “Jwt verification fails”. Most likely istiod failed to read the keys and gave the proxies a key that nobody signs with. Look for “JWKS fetch failed” in the log of istiod, at its egress, DNS and certificate authorities.',
    };
  }
  return isAbout(NO_KEY)
    ? {
        at,
        message:
          'The published set has the key of the token, and the proxies do not. Most likely istiod has an older set: it reads sets anew every 20 minutes, and later after failures.',
      }
    : undefined;
}
