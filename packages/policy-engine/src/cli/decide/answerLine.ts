import { compileProxy } from '../../compile/compileProxy';
import { decide } from '../../decide/decide';
import { explain } from '../../explain/explain';
import { Mesh } from '../../attach/Mesh';
import { Decision, TraceStep } from '../../model';
import { nameOf } from '../../parse';
import { readRequest } from './readRequest';

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
  const read = readRequest(line);
  if (!read.ok) {
    return refuseLine(read.id, read.errors.join('; '));
  }
  const { id, proxy, request, ignored } = read.value;
  const decision = decide(compileProxy(mesh, proxy), request);
  const { status, body, details, trace } = decision;
  return {
    id,
    status,
    ...(body === undefined ? {} : { body }),
    ...(details === undefined ? {} : { details }),
    why: [
      explain(decision).summary,
      ...trace.slice(0, MAX_STEPS).map(describeStep),
      ...ignored.map(
        field => `The field ${field} is not known and was ignored.`,
      ),
    ],
  };
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
