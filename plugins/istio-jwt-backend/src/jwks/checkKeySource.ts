import { KeySetFailure } from 'backstage-plugin-istio-jwt-common';
import { AllowedHost } from '../config';
import { BoundedAnswer, BoundedRequest, requestBounded } from '../outbound';
import { judgeUri } from './judgeUri';
import { firstUri, KeySource } from './KeySource';
import { ReadKeys, readKeys } from './readKeys';

/** What one check of a key source found. */
export type CheckResult =
  | {
      kind: 'read';
      keys: ReadKeys;
      bytes: number;
      durationMs: number;
      serverCertificateExpiresAt?: string;
      warnings: string[];
    }
  | { kind: 'failed'; failure: KeySetFailure }
  /** What this backend sees says nothing about what istiod sees. */
  | { kind: 'undecidable'; reason: string; fix: string };

export interface CheckTools {
  allowedHosts: readonly AllowedHost[];
  resolve: BoundedRequest['resolve'];
  caFile?: string;
  /** For each of the two documents. Default: 5 s, istiod's own. */
  timeoutMs?: number;
}

/**
 * istiod's time limit for each of the two documents (`pilot/pkg/model/jwks_resolver.go`). It has none
 * for their size; a set of 1 MiB would hold about a thousand keys.
 */
const TIMEOUT_MS = 5000;
/** Nobody waits longer here, whatever a rule says. */
export const MAX_TIMEOUT_MS = 15_000;
const MAX_BYTES = 1024 * 1024;

type Document = KeySetFailure['document'];
type Step =
  | { ok: true; answer: Extract<BoundedAnswer, { kind: 'answer' }> }
  | { ok: false; result: CheckResult };

/** Reads the keys of an issuer as istiod would, from allowed hosts only. */
export async function checkKeySource(
  source: KeySource,
  tools: CheckTools,
): Promise<CheckResult> {
  const warnings: string[] = [];
  let uri = firstUri(source);
  if (source.jwks.kind === 'discovery') {
    if (!/^https?:\/\/[^/\s]/i.test(source.issuer)) {
      return {
        kind: 'undecidable',
        reason:
          'The issuer is no web address, so its keys cannot be discovered.',
        fix: 'Set jwksUri or jwks in the RequestAuthentication.',
      };
    }
    const step = await fetchDocument(uri, 'discovery', tools);
    if (!step.ok) {
      return step.result;
    }
    const found = readDiscovery(step.answer.body);
    if (found?.jwksUri === undefined) {
      return fail(
        'not-a-key-set',
        'discovery',
        'no discovery document',
        `${uri} answers ${
          step.answer.status
        } with no discovery document that names a jwks_uri${nameType(
          step.answer,
        )}.`,
      );
    }
    if (found.issuer !== source.issuer) {
      warnings.push(
        `The discovery document is of issuer ${JSON.stringify(
          found.issuer?.slice(0, 200) ?? '',
        )}, and the RequestAuthentication names ${JSON.stringify(
          source.issuer,
        )}. istiod does not compare them; tokens are refused where their iss is not exactly the latter.`,
      );
    }
    uri = found.jwksUri;
  }
  const step = await fetchDocument(uri, 'keys', tools);
  return step.ok ? readAnswer(uri, step.answer, warnings) : step.result;
}

function readAnswer(
  uri: string,
  answer: Extract<BoundedAnswer, { kind: 'answer' }>,
  warnings: string[],
): CheckResult {
  const keys = readKeys(answer.body);
  if (!keys) {
    return fail(
      'not-a-key-set',
      'keys',
      'no key set',
      `${uri} answers ${
        answer.status
      } with something that is no key set${nameType(answer)}.`,
    );
  }
  if (keys.keys.every(({ unusable }) => unusable !== undefined)) {
    const [first] = keys.keys;
    return fail(
      'no-usable-key',
      'keys',
      'no usable key',
      first
        ? `${uri} holds no key that Envoy can use: ${first.unusable}.`
        : `${uri} holds no key at all.`,
    );
  }
  return {
    kind: 'read',
    keys,
    bytes: answer.bytes,
    durationMs: answer.durationMs,
    serverCertificateExpiresAt: answer.certificateExpiresAt,
    warnings,
  };
}

async function fetchDocument(
  uri: string,
  document: Document,
  { allowedHosts, resolve, caFile, timeoutMs = TIMEOUT_MS }: CheckTools,
): Promise<Step> {
  const judgement = judgeUri(uri, allowedHosts);
  if (judgement.kind === 'refused') {
    const { reason, fix } = judgement;
    return { ok: false, result: { kind: 'undecidable', reason, fix } };
  }
  const answer = await requestBounded({
    method: 'GET',
    url: judgement.url,
    headers: {
      accept: 'application/json',
      'user-agent': 'backstage-istio-jwt-keys/1',
    },
    timeoutMs,
    maxBytes: MAX_BYTES,
    caFile,
    resolve,
  });
  const result = judgeAnswer(uri, document, answer, timeoutMs);
  return result || answer.kind !== 'answer'
    ? { ok: false, result: result! }
    : { ok: true, answer };
}

/** @returns undefined for a document that can be read */
function judgeAnswer(
  uri: string,
  document: Document,
  answer: BoundedAnswer,
  timeoutMs: number,
): CheckResult | undefined {
  const { hostname } = new URL(uri);
  switch (answer.kind) {
    case 'timeout':
      return fail(
        'timeout',
        document,
        `no answer within ${timeoutMs / 1000} s`,
        `${uri} did not answer within ${timeoutMs / 1000} s.${
          // A rule can have istiod wait longer than anybody waits here.
          timeoutMs < MAX_TIMEOUT_MS ? ' istiod waits no longer either.' : ''
        }`,
      );
    case 'too-large':
      return fail(
        'too-large',
        document,
        'more than 1 MiB',
        `${uri} answers with more than 1 MiB, which was not read to its end. A key set takes a few KiB.`,
      );
    case 'refused':
      return {
        kind: 'undecidable',
        reason: `${hostname} may not be asked from here: ${answer.reason}.`,
        fix: 'An administrator of the portal lists the range in istioJwt.jwks.allowedAddresses. Link-local, metadata and API server addresses are always refused.',
      };
    case 'tls':
      return answer.untrustedAuthority
        ? {
            kind: 'undecidable',
            reason: `The certificate of ${hostname} is of an authority that this backend does not trust (${answer.code}). Whether istiod trusts it cannot be seen from here.`,
            fix: 'An administrator of the portal sets istioJwt.jwks.caFile to the authority. istiod needs it too (extra root certificates of pilot): without it every token gets 401.',
          }
        : fail(
            'tls',
            document,
            answer.code,
            `The TLS certificate or handshake of ${hostname} is refused (${answer.code}).`,
          );
    case 'no-authority':
      return {
        kind: 'undecidable',
        reason: 'The file of istioJwt.jwks.caFile cannot be read.',
        fix: 'An administrator of the portal corrects istioJwt.jwks.caFile.',
      };
    case 'error':
      return describeUnreachable(hostname, document, answer.code);
    default:
      return judgeStatus(uri, document, answer.status);
  }
}

function describeUnreachable(
  hostname: string,
  document: Document,
  code: string,
): CheckResult {
  return code === 'ENOTFOUND' && /\.(svc|cluster\.local)\.?$/.test(hostname)
    ? {
        kind: 'undecidable',
        reason: `${hostname} is a name that only resolves inside its cluster.`,
        fix: 'Run the backend in the cluster, or leave this issuer unchecked. A probe with a valid token shows whether its keys arrived.',
      }
    : fail(
        'unreachable',
        document,
        code,
        `${hostname} cannot be reached (${code}).`,
      );
}

function judgeStatus(
  uri: string,
  document: Document,
  status: number,
): CheckResult | undefined {
  if (status >= 200 && status < 300) {
    return undefined;
  }
  return status >= 300 && status < 400
    ? {
        kind: 'undecidable',
        reason: `${uri} answers ${status}, a redirect, which is not followed from here. istiod follows it.`,
        fix: 'Name the final address in jwksUri of the RequestAuthentication.',
      }
    : fail(
        'http-status',
        document,
        `HTTP ${status}`,
        `${uri} answers ${status}.`,
      );
}

function fail(
  code: KeySetFailure['code'],
  document: Document,
  brief: string,
  reason: string,
): CheckResult {
  return { kind: 'failed', failure: { code, document, brief, reason } };
}

function readDiscovery(
  text: string,
): { issuer?: string; jwksUri?: string } | undefined {
  try {
    const { issuer, jwks_uri: jwksUri } = JSON.parse(text) ?? {};
    return {
      issuer: typeof issuer === 'string' ? issuer : undefined,
      jwksUri: typeof jwksUri === 'string' ? jwksUri : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The content type as far as it is one. */
function nameType({
  headers,
}: Extract<BoundedAnswer, { kind: 'answer' }>): string {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(
    String(headers['content-type'] ?? ''),
  );
  return type ? ` (${type[0].slice(0, 100)})` : '';
}
