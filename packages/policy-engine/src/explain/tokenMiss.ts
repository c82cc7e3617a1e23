import { Decision } from '../model';
import { Step } from '../decide/walk';
import { foldIssuer } from '../foldIssuer';

/**
 * Where a proxy refuses for want of a token that one before it verified and took out, the fix is
 * there.
 */
export function explainLostToken(steps: readonly Step[]): { fix?: string } {
  const last = steps.at(-1);
  if (last?.evaluation.facts.claims.kind !== 'none') return {};
  for (const { evaluation, hop } of steps.slice(0, -1)) {
    const { jwt } = evaluation;
    const verified = jwt?.kind === 'passed' ? jwt.effects?.last : undefined;
    if (!verified || verified.provider.forward) continue;
    const { policy, index } = verified.provider;
    return {
      fix: `Set \`forwardOriginalToken: true\` in jwtRules[${index}] of ${policy.kind} ${policy.namespace}/${policy.name}: ${hop.proxy.kind} ${hop.proxy.name} verified the token and took it out, and ${last.hop.proxy.kind} ${last.hop.proxy.name} asks for one.`,
    };
  }
  return {};
}

/** Sets the token's issuer or audience beside what the proxy knows. */
export function explainTokenMiss(
  { body }: Decision,
  steps: readonly Step[],
  summary: string,
): { summary?: string; fix?: string } {
  const step = steps.at(-1);
  if (!step || step.request.tokens?.length !== 1) return {};
  const [{ claims }] = step.request.tokens;
  const { providers } = step.program;
  const issuer = typeof claims.iss === 'string' ? claims.iss : '';
  if (body === 'Jwt issuer is not configured') {
    const known = [...new Set(providers.map(item => item.issuer))];
    const near = known.find(item => foldIssuer(item) === foldIssuer(issuer));
    return {
      summary: `${summary} The token is from ${show(issuer)}, and ${
        step.hop.proxy.kind
      } ${step.hop.proxy.name} trusts ${list(known)}.`,
      ...(near === undefined
        ? {}
        : {
            fix: `The issuers differ only in case or a trailing slash: write ${show(
              issuer,
            )} in the RequestAuthentication, as the tokens do.`,
          }),
    };
  }
  if (body === 'Audiences in Jwt are not allowed') {
    const own = providers.filter(
      item => item.issuer === issuer || item.issuer === '',
    );
    const allowed = [...new Set(own.flatMap(item => item.audiences))];
    return {
      summary: `${summary} The token is for ${
        claims.aud === undefined ? 'nobody in particular' : show(claims.aud)
      }, and ${list(allowed)} would be allowed.`,
    };
  }
  return {};
}

function list(values: readonly string[]): string {
  const shown = values.slice(0, 5).map(show).join(', ');
  return values.length > 5 ? `${shown} and others` : shown;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
