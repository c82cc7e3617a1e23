import { Mesh } from '../../attach/Mesh';
import { decideWayIn } from '../../decide/decideWayIn';
import type { DecidingRule } from '../../explain/decidingRule';
import { explain } from '../../explain/explain';
import { explainObservation } from '../../explain/explainObservation';
import type { ObservedAnswer } from '../../explain/observation';
import { ProxyRequest } from '../../model';
import { nameOf } from '../../parse';
import { Candidate, describeWayIn } from './chooseWayIn';
import { ReadToken } from './readToken';

/** What is to be said of a request on its way in, line by line. */
export function explainRequest(
  mesh: Mesh,
  chosen: Candidate,
  request: ProxyRequest,
  seen: ObservedAnswer | undefined,
  token: ReadToken | undefined,
  notes: readonly string[] = [],
): string[] {
  const { method = 'GET', path = '/', host = '' } = request;
  const head = [
    `Request: ${method} ${host}${path}, ${
      token ? 'with a token' : 'without a token'
    }`,
    `Way in: ${describeWayIn(chosen)}`,
    ...(token?.shown ?? []),
    ...notes,
    '',
  ];
  if (seen) {
    const told = explainObservation(mesh, chosen.way, request, seen);
    const { rule } = told;
    return [
      ...head,
      told.summary,
      ...(rule ? [`Rule: ${describeRule(rule)}`] : []),
      ...(told.fix ? [`Fix: ${told.fix}`] : []),
    ];
  }
  const decision = decideWayIn(mesh, chosen.way, request);
  const body = decision.body ? ` ${decision.body}` : '';
  const steps = decision.hops.flatMap(hop => {
    const { summary, fix } = explain(hop.decision);
    return [
      `At ${hop.proxy.kind} ${hop.proxy.namespace}/${hop.proxy.name}: ${summary}`,
      ...(fix ? [`Fix: ${fix}`] : []),
    ];
  });
  const answer =
    decision.status === 200
      ? 'passes to the application, which answers'
      : `${decision.status}${body}`;
  return [
    ...head,
    `Answer by the configuration: ${answer}`,
    ...(decision.hops.length === 0
      ? ['No proxy stands on this way in.']
      : steps),
    ...(decision.reason ? [`Not known: ${decision.reason}`] : []),
  ];
}

function describeRule({ resource, rule, field, proxy }: DecidingRule): string {
  const place = [
    nameOf(resource),
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(field === undefined ? [] : [field]),
  ];
  return `${place.join(', ')}, at ${proxy.kind} ${proxy.namespace}/${
    proxy.name
  }`;
}
