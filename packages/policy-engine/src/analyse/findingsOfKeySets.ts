import {
  Finding,
  FindingSeverity,
  IssuerUse,
  ServiceAssessment,
} from '../model';
import { Detector } from './detector';
import { jwksKid } from './findings/jwksKid';
import { jwksKnownKey } from './findings/jwksKnownKey';
import { jwksPrivateKey } from './findings/jwksPrivateKey';
import { jwksUnreachable } from './findings/jwksUnreachable';
import { whyUnusable } from './keySets';
import { issuerName, nameOf } from './rules';

/**
 * What somebody found at the key set of an issuer. The engine does no I/O, so this comes from outside.
 *
 * @public
 */
export interface KeySetFact {
  issuer: string;
  /** Address that was asked; absent where it was discovered from the issuer. */
  uri?: string;
  result:
    | { kind: 'unreachable'; reason: string }
    | {
        kind: 'read';
        keys: {
          kty?: string;
          kid?: string;
          alg?: string;
          use?: string;
          crv?: string;
          /** Whether private or secret material was published with it. */
          private: boolean;
          /** Where everybody can read its private part. */
          knownFrom?: string;
        }[];
      };
  /** `kid` and `alg` of tokens that the issuer was seen to give out. */
  tokens?: { kid?: string; alg: string }[];
}

/**
 * Findings about key sets that no configuration tells: unreachable, without a key for the tokens that
 * are in use, with private keys, or with keys that everybody has.
 *
 * @public
 */
export function findingsOfKeySets(
  assessment: ServiceAssessment,
  facts: readonly KeySetFact[],
): Finding[] {
  return assessment.issuers.flatMap(use => {
    const fact = facts.find(item => isAbout(item, use));
    return fact ? findingsOf(use, fact) : [];
  });
}

function isAbout(fact: KeySetFact, { issuer, jwks }: IssuerUse): boolean {
  if (jwks.kind === 'inline') return false;
  if (fact.issuer !== issuer) return false;
  return jwks.kind === 'discovery' || fact.uri === jwks.uri;
}

function findingsOf(use: IssuerUse, fact: KeySetFact): Finding[] {
  const { result, tokens = [] } = fact;
  const where = fact.uri ?? `the key set of ${issuerName(use.issuer)}`;
  if (result.kind === 'unreachable') {
    return [
      toFinding(
        jwksUnreachable,
        use,
        `${where} cannot be read (${result.reason}), and ${nameOf(
          use.requestAuthentication,
        )} needs it.`,
      ),
    ];
  }
  const found: Finding[] = [];
  const usable = result.keys.filter(key => whyUnusable(key) === undefined);
  if (usable.length === 0) {
    found.push(
      toFinding(jwksKid, use, `${where} has no key that Envoy can use.`),
    );
  }
  for (const token of tokens) {
    const fits = usable.some(
      ({ kid, alg }) =>
        (!kid || !token.kid || kid === token.kid) &&
        (!alg || alg === token.alg),
    );
    if (fits || usable.length === 0) continue;
    const message = `${where} has no key for tokens with kid ${JSON.stringify(
      token.kid ?? '',
    )} and alg ${JSON.stringify(token.alg)}.`;
    found.push(toFinding(jwksKid, use, message));
  }
  for (const { kid } of result.keys.filter(key => key.private)) {
    const message = `${where} publishes the private part of key ${JSON.stringify(
      kid ?? '',
    )}.`;
    found.push(toFinding(jwksPrivateKey, use, message));
  }
  for (const { kid, knownFrom } of result.keys) {
    if (knownFrom === undefined) continue;
    const message = `${where} has key ${JSON.stringify(
      kid ?? '',
    )}, whose private part stands in ${knownFrom}.`;
    found.push(toFinding(jwksKnownKey, use, message));
  }
  return found;
}

function toFinding(
  {
    id,
    title,
    fix,
    severity,
  }: Pick<Detector, 'id' | 'title' | 'fix'> & {
    severity: FindingSeverity;
  },
  { requestAuthentication }: IssuerUse,
  message: string,
): Finding {
  return { id, severity, title, message, fix, resource: requestAuthentication };
}
