import { ProxyRequest } from '../model';
import { splitQuery } from '../match/splitQuery';
import { HttpRouteSpec } from '../parse/specs';
import {
  HeaderOperations,
  isInternalHeader,
  RouteChanges,
} from '../route/routeChanges';
import { readFacts } from './facts';

type Headers = NonNullable<ProxyRequest['headers']>;

/** A route that a request takes. */
export interface TakenRoute {
  spec: HttpRouteSpec;
  /** The part of the path that `rewrite.uri` takes the place of; undefined for all of it. */
  uriPrefix?: string;
  changes: RouteChanges;
}

/**
 * The request as a route sends it on: path, host and headers changed.
 *
 * @param path - normalised, as routes compare it
 * @returns undefined where the engine does not follow
 */
export function applyRoute(
  request: ProxyRequest,
  path: string,
  { spec: { rewrite }, uriPrefix, changes }: TakenRoute,
): ProxyRequest | undefined {
  if (rewrite?.uriRegexRewrite) return undefined;
  const [, query] = splitQuery(request.path ?? '/');
  const suffix = query === undefined ? '' : `?${query}`;
  const to = rewrite?.uri || undefined;
  const rest = uriPrefix === undefined ? '' : path.slice(uriPrefix.length);
  const sent: ProxyRequest = {
    ...request,
    host: changes.authority ?? request.host,
    path: `${to === undefined ? path : `${to}${rest}`}${suffix}`,
  };
  const passes = changes.passes.filter(pass => pass.some(hasOperation));
  return passes.length === 0 ? sent : editHeaders(sent, passes);
}

function hasOperation({ set, add, remove }: HeaderOperations): boolean {
  return Object.keys({ ...set, ...add }).length + (remove?.length ?? 0) > 0;
}

function editHeaders(
  request: ProxyRequest,
  passes: RouteChanges['passes'],
): ProxyRequest | undefined {
  const headers: Headers = readFacts(request).listHeaders();
  const tokenHeaders = (request.tokens ?? [])
    .filter(token => token.in === 'header')
    .map(token => (token.name ?? 'authorization').toLowerCase());
  for (const pass of passes) {
    const edits = pass.flatMap(listEdits);
    for (const { name, value } of edits) {
      // A token that the route itself sets or removes is beyond what a request describes.
      if (tokenHeaders.includes(name)) return undefined;
      // Envoy's %…% variables are filled in from the connection.
      if (value.includes('%')) return undefined;
    }
    for (const how of ['remove', 'set', 'add'] as const) {
      for (const edit of edits) if (edit.how === how) carryOut(headers, edit);
    }
  }
  return { ...request, headers };
}

interface Edit {
  how: 'remove' | 'set' | 'add';
  /** In lower case. */
  name: string;
  value: string;
}

/** Envoy leaves out what is set or added without a value (`keep_empty_value`). */
function listEdits({ set, add, remove }: HeaderOperations): Edit[] {
  const write = (how: 'set' | 'add', map: Record<string, string> = {}) =>
    Object.entries(map)
      .filter(([, value]) => value !== '')
      .map(([name, value]): Edit => ({ how, name, value }));
  const edits = [
    ...(remove ?? []).map((name): Edit => ({ how: 'remove', name, value: '' })),
    ...write('set', set),
    ...write('add', add),
  ];
  return edits
    .filter(({ name }) => !isInternalHeader(name))
    .map(edit => ({ ...edit, name: edit.name.toLowerCase() }));
}

function carryOut(headers: Headers, { how, name, value }: Edit): void {
  if (how === 'remove') delete headers[name];
  else if (how === 'set') headers[name] = value;
  else {
    headers[name] = Object.hasOwn(headers, name)
      ? [headers[name], value].flat()
      : value;
  }
}
