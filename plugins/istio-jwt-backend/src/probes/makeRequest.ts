import { JWK } from 'jose';
import { bareHost } from './bareHost';
import { composeRequest } from './composeRequest';
import { describeReceiver } from './describeReceiver';
import { locateToken } from './locateToken';
import { PlannedProbe, WayInPlan } from './planProbes';
import { ProbeTools } from './ProbeTools';
import { VectorRequest } from './vectors';

/** What a vector asks, with tokens made now. Never throws. */
export async function makeRequest(
  { mirror, host, wayIn, origin }: WayInPlan,
  { vector, issuer, issuerUse, path }: PlannedProbe,
  { forger, tokenSources, listPublicKeys, config }: ProbeTools,
): Promise<VectorRequest> {
  try {
    return await vector.makeRequest({
      issuer:
        issuerUse && issuer.keys.length === 0
          ? { ...issuer, keys: listPublicKeys(issuerUse) }
          : issuer,
      now: Math.floor(Date.now() / 1000),
      host,
      path,
      forger,
      fallbackKey: config.fallbackKey as JWK | undefined,
      getValidToken: async shape =>
        issuerUse
          ? tokenSources.getToken({
              issuer: issuer.issuer,
              audiences: issuer.audiences,
              cluster: mirror.config.name,
              host: bareHost(host),
              receiver: describeReceiver({ wayIn, origin }),
              ...shape,
            })
          : {
              kind: 'none',
              reason:
                'No issuer is configured on this way in, so no token is valid here.',
            },
    });
  } catch {
    return { kind: 'not-tested', reason: 'The request could not be made.' };
  }
}

/** How it is sent, and what the engine is told of it. */
export function compose(
  plan: WayInPlan,
  { issuerUse, path }: PlannedProbe,
  made: VectorRequest,
  { config }: ProbeTools,
): ReturnType<typeof composeRequest> {
  return made.kind === 'request'
    ? composeRequest(plan, made, {
        path,
        usual: locateToken(plan.mirror.mesh, issuerUse),
        userAgent: config.userAgent,
      })
    : made;
}
