import {
  Finding,
  findingsOfKeySets,
  KeySetFact,
  ServiceAssessment,
} from 'istio-jwt-policy-engine';
import { IssuerKeys } from './IssuerKeys';
import { TokenHeader } from '../probes/tokenSources';
import { KeySetRecord } from './KeySetStore';

/** What was seen at the key sets of a service's issuers, as findings. Nothing where nothing was seen. */
export function findingsOfIssuers(
  assessment: ServiceAssessment,
  keys: IssuerKeys,
): Finding[] {
  return assessment.issuers.flatMap(use => {
    const record = keys.getRecord(use);
    const result = record && toResult(record);
    if (!result) {
      return [];
    }
    const fact: KeySetFact = {
      issuer: use.issuer,
      ...(use.jwks.kind === 'uri' ? { uri: use.jwks.uri } : {}),
      result,
      tokens: keys.listTokens(use).map(describeToken),
    };
    return findingsOfKeySets({ ...assessment, issuers: [use] }, [fact]);
  });
}

function toResult({
  outcome,
  lastRead,
}: KeySetRecord): KeySetFact['result'] | undefined {
  switch (outcome.kind) {
    case 'read':
      return { kind: 'read', keys: lastRead!.keys.keys };
    case 'failed':
      return outcome.failure.code === 'no-usable-key'
        ? { kind: 'read', keys: [] }
        : { kind: 'unreachable', reason: outcome.failure.brief };
    default:
      return undefined;
  }
}

function describeToken({ kid, alg }: TokenHeader): {
  kid?: string;
  alg: string;
} {
  return kid === undefined ? { alg } : { kid, alg };
}
