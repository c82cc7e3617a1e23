import { ProxyRequest, WayIn } from '../model';
import { nameOf } from '../parse';
import { isIdentityMatcher } from '../analyse/rules';
import { Mesh } from '../attach/Mesh';
import { compileProxy } from '../compile/compileProxy';
import { WayInDecision, WayInOptions } from '../decide/decideWayIn';
import { Step, walk } from '../decide/walk';
import { lastOf } from './decidingRule';
import { explain } from './explain';
import { actualValue, nearestAllow } from './nearMiss';
import { explainLostToken, explainTokenMiss } from './tokenMiss';

/** Why the configuration gives the answer that was seen, and what would change it. */
export function explainMatch(
  mesh: Mesh,
  wayIn: WayIn,
  request: ProxyRequest,
  decision: WayInDecision,
  options: WayInOptions = {},
): { summary: string; fix?: string } {
  const last = lastOf(decision);
  if (decision.status === 200) {
    const where = describeRoute(decision);
    const why = decision.hops.map(
      hop =>
        `At ${hop.proxy.kind} ${hop.proxy.name}: ${
          explain(hop.decision).summary
        }`,
    );
    return { summary: [where, ...why].join(' ') };
  }
  if (!last) return { summary: 'No proxy decides on this way in.' };
  const told = explain(last);
  const denied = last.trace.some(
    step => step.filter === 'rbac-deny' && step.outcome === 'matched',
  );
  const byJwt = last.trace.some(
    step => step.filter === 'jwt_authn' && step.outcome === 'refused',
  );
  const programs = wayIn.hops.map(({ proxy }) => compileProxy(mesh, proxy));
  const { steps } = walk(mesh, wayIn, programs, request, options);
  if (byJwt) return { ...told, ...explainTokenMiss(last, steps, told.summary) };
  const isRbac = last.status === 403 && last.body === 'RBAC: access denied';
  if (!isRbac) return told;
  const lost = explainLostToken(steps);
  if (denied) return { ...told, ...lost };
  return { ...told, ...explainNearMiss(steps), ...lost };
}

/** Names what the nearest ALLOW rule wants and what the request has. */
function explainNearMiss(steps: readonly Step[]): {
  summary?: string;
  fix?: string;
} {
  const step = steps.at(-1);
  const near = step && nearestAllow(step.program, step.evaluation.facts);
  if (!step || !near || near.missing.length === 0) return {};
  const { facts } = step.evaluation;
  const { policy, index } = near.rule;
  const name = `${nameOf(policy)}, rule ${index}`;
  const misses = near.missing.map(check => {
    const values = check.matchers
      .slice(0, 5)
      .map(({ text }) => JSON.stringify(text))
      .join(', ');
    const wants = check.negated ? 'excludes' : 'wants';
    return `${
      check.field
    } ${wants} ${values}, and the request has ${actualValue(check, facts)}`;
  });
  const summary = `403: no ALLOW rule of ${step.hop.proxy.kind} ${
    step.hop.proxy.name
  } matches. Nearest, ${name}: ${misses.join('; ')}.`;
  const needsToken =
    facts.claims.kind === 'none' &&
    near.missing.some(({ matchers }) => isIdentityMatcher(matchers[0]));
  return needsToken
    ? { summary }
    : {
        summary,
        fix:
          near.missing.length === 1
            ? `Send a request that meets ${near.missing[0].field}, or add its value there.`
            : `Send a request that meets ${near.missing
                .map(({ field }) => field)
                .join(' and ')}, or add a rule that admits it.`,
      };
}

function describeRoute({ route }: WayInDecision): string {
  switch (route?.kind) {
    case 'not-found':
      return "The policies let it pass, and the gateway has no route for it: 404 is the gateway's own.";
    case 'redirect':
      return 'The policies let it pass, and the gateway redirects it.';
    case 'direct-response':
      return 'The policies let it pass, and the gateway answers it by itself.';
    default:
      return "The answer is the application's own: the mesh lets the request pass.";
  }
}
