import { findPrivatePart } from './knownKeys';

/** What can be told of one key of a JSON Web Key Set (RFC 7517). Never holds private values. @public */
export interface KeyFact {
  kty?: string;
  kid?: string;
  alg?: string;
  use?: string;
  crv?: string;
  /** Whether private or secret material stands beside it. */
  private: boolean;
  /** Where everybody can read its private part, such as `RFC 7515, appendix A.2`. Absent: that is not known. */
  knownFrom?: string;
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Keys of a key set, without their values; empty where the text is none. @public */
export function readKeySet(text: string): KeyFact[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? keys.flatMap(readKey) : [];
  } catch {
    return [];
  }
}

function readKey(key: unknown): KeyFact[] {
  if (typeof key !== 'object' || key === null) return [];
  const values = key as Record<string, unknown>;
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const knownFrom = findPrivatePart(values.n) ?? findPrivatePart(values.x);
  return [
    {
      ...text('kty'),
      ...text('kid'),
      ...text('alg'),
      ...text('use'),
      ...text('crv'),
      private: PRIVATE_MEMBERS.some(name => values[name] !== undefined),
      ...(knownFrom === undefined ? {} : { knownFrom }),
    },
  ];
}

/** Algorithms that Envoy verifies, by key type (jwt_verify_lib). */
const ALGORITHMS = new Map([
  ['RSA', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
  ['EC', ['ES256', 'ES384', 'ES512']],
  ['oct', ['HS256', 'HS384', 'HS512']],
  ['OKP', ['EdDSA']],
]);
const CURVES = new Map([
  ['EC', ['P-256', 'P-384', 'P-521']],
  ['OKP', ['Ed25519']],
]);

/** Why Envoy does not use a key; undefined where it does. @public */
export function whyUnusable({ kty, alg, crv }: KeyFact): string | undefined {
  const algorithms = ALGORITHMS.get(kty ?? '');
  if (!algorithms)
    return `Envoy knows no key type ${JSON.stringify(kty ?? '')}`;
  if (alg !== undefined && !algorithms.includes(alg)) {
    return `Envoy does not verify ${JSON.stringify(alg)} with a ${kty} key`;
  }
  const curves = CURVES.get(kty ?? '');
  return curves && crv !== undefined && !curves.includes(crv)
    ? `Envoy knows no curve ${JSON.stringify(crv)}`
    : undefined;
}
