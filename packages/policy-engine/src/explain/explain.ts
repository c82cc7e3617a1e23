import { Decision, TraceStep } from '../model';
import { TLS_REFUSED } from '../decide/trace';
import { nameOf } from '../parse';

/** @public */
export interface Explanation {
  /** One or two sentences: what decided. */
  summary: string;
  /** The smallest change that would make a good request pass, where one is known. */
  fix?: string;
}

const TOKEN_FIXES: [RegExp, string][] = [
  [/expired/, 'Get a fresh token. Envoy allows 60 seconds of clock skew.'],
  [
    /not yet valid/,
    'Wait until the time in `nbf`, or correct the clock of the issuer.',
  ],
  [
    /issuer is not configured/,
    'Compare `iss` of the token with `issuer` of the RequestAuthentication: they must be equal to the letter, a trailing slash included.',
  ],
  [
    /Audiences/,
    'Ask the issuer for a token with one of the `audiences` of the RequestAuthentication, or add the audience of this token there.',
  ],
  [
    /verification fails/,
    'The signature does not fit any key of the issuer: get the token from the issuer itself, unchanged.',
  ],
  [
    /match kid or alg/,
    "The issuer's key set has no key for the token's `kid` and `alg`. After a key rotation istiod reads the set anew within 20 minutes.",
  ],
  [
    /form of Header/,
    'The value is no JWT. Send `Authorization: Bearer` followed by the token; opaque tokens and Basic credentials cannot be validated.',
  ],
];

/**
 * Says in words what settled a decision, and what would change it.
 *
 * @public
 */
export function explain(decision: Decision): Explanation {
  switch (decision.status) {
    case 200:
      return explainPass(decision);
    case 'unknown':
      return explainUnknown(decision);
    case 400:
      return {
        summary: `Refused as a bad request: ${messageOf(refusal(decision))}.`,
      };
    case 404:
      return {
        summary:
          'Not found: the path is no absolute path, which Envoy answers before any filter.',
      };
    case 'closed':
      return explainClosed(decision);
    default:
      return refusal(decision)?.filter === 'jwt_authn'
        ? explainToken(decision)
        : explainRbac(decision);
  }
}

function explainPass({ trace }: Decision): Explanation {
  const jwt = trace.find(step => step.filter === 'jwt_authn');
  const allow = trace.find(
    step =>
      step.filter === 'rbac-allow' && /^(matched|passed)$/.test(step.outcome),
  );
  const admitted =
    allow?.outcome === 'matched'
      ? `${label(allow)} admits it`
      : 'no ALLOW policy reaches this proxy';
  return { summary: `Passes: ${jwt ? `${jwt.message}; ` : ''}${admitted}.` };
}

function explainUnknown({ trace }: Decision): Explanation {
  const reasons = trace
    .filter(step => step.outcome === 'unknown')
    .map(step =>
      step.resource ? `${label(step)}: ${step.message}` : step.message,
    );
  const custom = trace.find(
    step => step.filter === 'rbac-custom' && step.outcome === 'matched',
  );
  if (custom) reasons.push(`${label(custom)} asks an external authorizer`);
  return {
    summary: `Not decidable: ${
      reasons.join('; ') || 'the request does not say enough'
    }.`,
  };
}

function explainClosed(decision: Decision): Explanation {
  const step = refusal(decision);
  if (step?.filter === 'peer-authentication') {
    return {
      summary: `The connection is closed: ${step.message}.`,
      fix:
        step.message === TLS_REFUSED
          ? 'Let the PeerAuthentication take mutual TLS (PERMISSIVE or STRICT), or take ISTIO_MUTUAL out of the DestinationRule.'
          : 'Call from a workload in the mesh, which gets a certificate, or through a gateway.',
    };
  }
  return {
    ...explainRbac(decision),
    fix: 'On a TCP port no token can be given. Name the Service port `http-…` where it speaks HTTP.',
  };
}

function explainToken({ status, body, trace }: Decision): Explanation {
  const step = trace.find(item => item.outcome === 'refused');
  const fix = TOKEN_FIXES.find(([pattern]) => pattern.test(body ?? ''))?.[1];
  const by = step?.resource ? ` (rules of ${label(step)})` : '';
  return {
    summary: `${status}: the token is refused${
      body ? `: ${body}` : ''
    }${by}. A request that carries a token needs a valid one, on every path.`,
    ...(fix ? { fix } : {}),
  };
}

function explainRbac({ status, trace }: Decision): Explanation {
  const denied = trace.find(
    step => step.filter === 'rbac-deny' && step.outcome === 'matched',
  );
  const jwt = trace.find(step => step.filter === 'jwt_authn');
  const hasToken = jwt?.resource !== undefined;
  const prefix = status === 'closed' ? 'The connection is closed' : '403';
  if (denied) {
    return {
      summary: `${prefix}: ${label(denied)} denies it: ${denied.message}.`,
      fix: hasToken
        ? `Narrow ${label(denied)}, or send a request that it does not match.`
        : `Send a valid token, where ${label(
            denied,
          )} exempts requests that have one.`,
    };
  }
  const rules = trace.filter(
    step => step.filter === 'rbac-allow' && step.outcome === 'not-matched',
  );
  if (rules.length === 0) {
    return {
      summary: `${prefix}: an ALLOW policy without usable rules reaches this proxy, so nothing is allowed.`,
      fix: 'Add a rule to it, or delete it.',
    };
  }
  const asksIdentity = rules.find(step =>
    /requestPrincipals|request\.auth/i.test(step.field ?? ''),
  );
  const nearest = asksIdentity ?? rules[0];
  const others =
    rules.length > 1
      ? `; ${rules.length - 1} more rules do not match either`
      : '';
  return {
    summary: `${prefix}: no ALLOW rule matches. Nearest, ${label(nearest)}: ${
      nearest.message
    }${others}.`,
    fix: allowFix(nearest, asksIdentity !== undefined, hasToken),
  };
}

function allowFix(
  step: TraceStep,
  asksIdentity: boolean,
  hasToken: boolean,
): string {
  if (!asksIdentity)
    return `Send a request that ${
      step.field ?? 'the rule'
    } admits, or widen it.`;
  return hasToken
    ? `Compare iss, sub and claims of the token with ${step.field} of ${label(
        step,
      )}.`
    : 'Send a valid token. 403 for a missing token is by design: jwt_authn lets it pass and RBAC refuses it.';
}

function refusal({ trace }: Decision): TraceStep | undefined {
  return trace.find(step => step.outcome === 'refused');
}

function messageOf(step: TraceStep | undefined): string {
  return step?.message ?? 'no reason is known';
}

function label({ resource, rule }: TraceStep): string {
  if (!resource) return 'the proxy';
  const index = rule === undefined ? '' : `, rule ${rule}`;
  return `${nameOf(resource)}${index}`;
}
