import { compileProxy } from '../../compile/compileProxy';
import { decide } from '../../decide/decide';
import { explain } from '../../explain/explain';
import { Mesh } from '../../attach/Mesh';
import { Program } from '../../compile/program';
import { tokenName, tokenPrefix } from '../../decide/tokenPlace';
import { Decision, ProxyRequest, TraceStep } from '../../model';
import { nameOf } from '../../parse';
import { count } from '../printable';
import { readRequest } from './readRequest';
import { listVariants } from './variants';
import { withService } from './waypointService';

/** One line that `istio-jwt decide` prints. Fields may be added. */
export interface DecideAnswer {
  /** As in the request; null where it had none. */
  id: unknown;
  /** 200: the request goes on to the route. 400: the HTTP parser refuses it. 404: `OPTIONS *`. */
  status: Decision['status'];
  body?: string;
  details?: string;
  /** What decided in one sentence, then what the proxy looked at, in order. */
  why: string[];
  /** What is wrong with the request; then `status` is `unknown`. */
  error?: string;
}

const MAX_STEPS = 50;

/** Decides one request. Never throws for what the line holds. */
export function answerLine(mesh: Mesh, line: string): DecideAnswer {
  try {
    return answer(mesh, line);
  } catch (error) {
    return refuseLine(
      null,
      `could not be decided: ${(error as Error).message}`,
    );
  }
}

function answer(mesh: Mesh, line: string): DecideAnswer {
  const read = readRequest(line);
  if (!read.ok) {
    return refuseLine(read.id, read.errors.join('; '));
  }
  const { id, request, ignored } = read.value;
  const found = withService(mesh, read.value.proxy, request);
  const unread = ignored.map(
    field => `The field ${field} is not known and was ignored.`,
  );
  if (found.kind === 'wrong') return refuseLine(id, found.error);
  if (found.kind === 'unknown') {
    return { id, status: 'unknown', why: [found.why, ...unread] };
  }
  const program = compileProxy(mesh, found.proxy);
  const { requests, missing } = listVariants(mesh, program, request);
  const decisions = requests.map(item => decide(program, item));
  const [decision, ...others] = decisions;
  if (others.some(({ status }) => status !== decision.status)) {
    const why = `${missing.join(
      ' and ',
    )} left out, and policies of this proxy compare it`;
    return { id, status: 'unknown', why: [why, ...unread] };
  }
  const { status, body, details, trace } = decision;
  const isSame = (field: 'body' | 'details') =>
    others.every(other => other[field] === decision[field]);
  const left = trace.length - MAX_STEPS;
  return {
    id,
    status,
    ...(body !== undefined && isSame('body') ? { body } : {}),
    ...(details !== undefined && isSame('details') ? { details } : {}),
    why: [
      explain(decision).summary,
      ...trace.slice(0, MAX_STEPS).map(describeStep),
      ...(left > 0 ? [`… and ${count(left, 'more step')}.`] : []),
      ...describePrefixes(program, request),
      ...unread,
    ],
  };
}

/** Where a token stands in a header that the proxy looks at, behind another prefix than it looks for. */
function describePrefixes(program: Program, request: ProxyRequest): string[] {
  const notes = (request.tokens ?? []).flatMap((token, index) => {
    if (token.in !== 'header') return [];
    const name = tokenName(token);
    const looked = program.providers
      .flatMap(({ headers }) => headers)
      .filter(header => header.name === name);
    const prefix = tokenPrefix(token);
    if (looked.length === 0 || looked.some(item => item.prefix === prefix)) {
      return [];
    }
    const wanted = [...new Set(looked.map(item => quote(item.prefix)))];
    return [
      `tokens[${index}] stands in ${name} behind ${quote(
        prefix,
      )}, and the proxy looks behind ${wanted.join(' or ')}.`,
    ];
  });
  return notes;
}

function quote(prefix: string): string {
  return prefix === '' ? 'no prefix' : `the prefix ${JSON.stringify(prefix)}`;
}

/** The answer to a line that is no request. */
export function refuseLine(id: unknown, error: string): DecideAnswer {
  return { id, status: 'unknown', why: [error], error };
}

function describeStep(step: TraceStep): string {
  const { filter, resource, rule, field, outcome, message } = step;
  const place = [
    resource ? nameOf(resource) : undefined,
    rule === undefined ? undefined : `rule ${rule}`,
    field,
  ].filter(Boolean);
  return `${filter}, ${outcome}${
    place.length > 0 ? `, ${place.join(', ')}` : ''
  }: ${message}`;
}
