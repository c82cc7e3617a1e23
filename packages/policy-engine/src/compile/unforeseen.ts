import type { Stored } from '../attach/Stored';
import { nameOf, refOf } from '../parse';
import { headerName, isRewrittenHeader } from '../parse/attributes';
import {
  AuthorizationPolicySpec,
  RequestAuthenticationSpec,
} from '../parse/specs';
import { perObject } from '../queries/perObject';

/** A field of a policy that makes its proxies answer otherwise than the policies say. */
export interface Unforeseen {
  /**
   * `listener-refused`: Envoy does not take the listener and keeps the one it had, with none of the policies
   * that came with it or after. `request-rewritten`: jwt_authn takes away what is compared later.
   */
  kind: 'listener-refused' | 'request-rewritten';
  /** Path of the field in the object. */
  path: string;
  /** What is wrong with it, behind the name of the field. */
  why: string;
}

const NONE: readonly Unforeseen[] = [];

/**
 * What Istio passes on to Envoy without looking. Envoy takes no header and no prefix with a line break or NUL
 * (`^[^\x00\n\r]*$` in jwt_authn's and route's API), and takes headers that it writes out of every request
 * first (jwt_authn's extractor.cc).
 */
export const unforeseenIn = perObject(
  (stored: Stored): readonly Unforeseen[] => {
    const found =
      stored.resource.kind === 'RequestAuthentication'
        ? inAuthentication(stored)
        : inAuthorization(stored);
    return found.length === 0 ? NONE : found;
  },
);

/** The same as sentences. */
export const unforeseenReasons = perObject(
  (stored: Stored): readonly string[] =>
    unforeseenIn(stored).map(
      ({ path, why }) => `${nameOf(refOf(stored.resource))}: ${path} ${why}`,
    ),
);

function inAuthentication({ resource }: Stored): Unforeseen[] {
  const { jwtRules } = (resource.spec ?? {}) as RequestAuthenticationSpec;
  return listOf(jwtRules).flatMap((rule, index) => {
    const at = `spec.jwtRules[${index}]`;
    return [
      ...listOf(rule.fromHeaders).flatMap(({ name, prefix }, place) => [
        ...judgeName(name, `${at}.fromHeaders[${place}].name`),
        ...judgeText(prefix, `${at}.fromHeaders[${place}].prefix`),
      ]),
      ...judgeOutput(rule.outputPayloadToHeader, `${at}.outputPayloadToHeader`),
      ...listOf(rule.outputClaimToHeaders).flatMap(({ header }, place) =>
        judgeOutput(header, `${at}.outputClaimToHeaders[${place}].header`),
      ),
    ];
  });
}

function inAuthorization({ resource }: Stored): Unforeseen[] {
  const { rules } = (resource.spec ?? {}) as AuthorizationPolicySpec;
  return listOf(rules).flatMap((rule, index) =>
    listOf(rule.when).flatMap(({ key }, place) =>
      typeof key === 'string'
        ? judgeText(headerName(key), `spec.rules[${index}].when[${place}].key`)
        : [],
    ),
  );
}

function judgeText(text: unknown, path: string): Unforeseen[] {
  return typeof text === 'string' && /[\0\r\n]/.test(text)
    ? [
        {
          kind: 'listener-refused',
          path,
          why: 'has a line break, so Envoy refuses the whole listener and goes on with the one before, whatever policies that had',
        },
      ]
    : [];
}

function judgeName(name: unknown, path: string): Unforeseen[] {
  const refused = judgeText(name, path);
  if (refused.length > 0 || typeof name !== 'string') return refused;
  return isRewrittenHeader(name.toLowerCase())
    ? [
        {
          kind: 'request-rewritten',
          path,
          why: `is ${name}, of which a proxy itself says what stands in it`,
        },
      ]
    : [];
}

/** Headers that decide what jwt_authn does with a request, before it looks for tokens. */
const DECIDING = new Set(['cookie', 'origin', 'access-control-request-method']);

function judgeOutput(name: unknown, path: string): Unforeseen[] {
  const refused = judgeText(name, path);
  if (refused.length > 0 || typeof name !== 'string') return refused;
  const lower = name.toLowerCase();
  return isRewrittenHeader(lower) || DECIDING.has(lower)
    ? [
        {
          kind: 'request-rewritten',
          path,
          why: `is ${name}, which is then taken out of every request, so that policies do not compare it`,
        },
      ]
    : [];
}

/** Objects of a list, whatever stands there: a malformed policy is read as far as it can be. */
function listOf<T extends object>(value: readonly T[] | undefined): T[] {
  return Array.isArray(value)
    ? value.filter(item => typeof item === 'object' && item !== null)
    : [];
}
