import {
  DestinationSpec,
  HeaderOperationsSpec,
  HttpMatchSpec,
  HttpRouteSpec,
  StringMatchSpec,
} from '../../parse/specs';
import { segmentMatches, trimSlash } from '../segments';
import type { Stored } from '../Stored';
import { Backends } from './backendRefs';
import {
  GrpcRouteMatchSpec,
  HeaderFilterSpec,
  HttpRouteMatchSpec,
  RouteFilterSpec,
  RouteRuleSpec,
  RouteSpec,
} from './specs';

/**
 * A rule of an HTTPRoute or GRPCRoute as a VirtualService's HTTP route. Routes of one host are tried
 * in the order of `precedence`, highest first.
 */
export interface ApiHttpRoute extends HttpRouteSpec {
  precedence: readonly number[];
}

/** A path condition before it is spread over what VirtualServices know. */
type Path =
  | { kind: 'any' }
  | { kind: 'exact' | 'regex'; value: string }
  /**
   * Whole segments: `/api` stands for `/api` and `/api/x`, not for `/apis`. `length` is that of the prefix that
   * Istio writes for it.
   */
  | { kind: 'segments'; value: string; length: number };

interface Match {
  path: Path;
  rest: HttpMatchSpec;
  precedence: readonly number[];
}

/**
 * The rules of an HTTPRoute or GRPCRoute, one route for each match. `invalid` where Istio drops the
 * whole route for a filter that it does not know.
 */
export function convertHttpRules(
  stored: Stored,
  backends: Backends,
): readonly ApiHttpRoute[] | 'invalid' {
  const { kind } = stored.resource;
  const spec = (stored.resource.spec ?? {}) as RouteSpec<never>;
  const routes: ApiHttpRoute[] = [];
  for (const rule of spec.rules ?? []) {
    const matches =
      kind === 'GRPCRoute' ? readGrpcMatches(rule) : readHttpMatches(rule);
    for (const match of matches) {
      for (const { uri, prefix } of spreadPath(match.path)) {
        const action = convertAction(rule, backends, match.path, prefix);
        if (!action) return 'invalid';
        const condition = { ...match.rest, ...(uri ? { uri } : {}) };
        routes.push({
          ...action,
          ...(Object.keys(condition).length > 0 ? { match: [condition] } : {}),
          precedence: match.precedence,
        });
      }
    }
  }
  return routes;
}

function readHttpMatches(rule: RouteRuleSpec<HttpRouteMatchSpec>): Match[] {
  // The API server fills in a match of everything.
  const matches = rule.matches?.length ? rule.matches : [{}];
  return matches.map(match => {
    const path = readPath(match.path?.type, match.path?.value ?? '/');
    const headers = toConditions(match.headers);
    const queryParams = toConditions(match.queryParams);
    const method = typeof match.method === 'string' ? match.method : '';
    return {
      path,
      rest: {
        ...(method ? { method: { exact: method } } : {}),
        ...(match.headers?.length ? { headers } : {}),
        ...(match.queryParams?.length ? { queryParams } : {}),
      },
      precedence: [
        ...rankOf(path),
        method ? 1 : 0,
        Object.keys(headers).length,
        Object.keys(queryParams).length,
      ],
    };
  });
}

function readGrpcMatches(rule: RouteRuleSpec<GrpcRouteMatchSpec>): Match[] {
  const matches = rule.matches?.length ? rule.matches : [undefined];
  return matches.map(match => {
    const headers = toConditions(match?.headers);
    const path = readGrpcPath(match?.method);
    return {
      path,
      rest: match?.headers?.length ? { headers } : {},
      // A rule without any match goes last.
      precedence: match
        ? [...rankOf(path), 0, Object.keys(headers).length, 0]
        : [-2],
    };
  });
}

function readPath(type: string | undefined, value: string): Path {
  if (type === 'Exact') return { kind: 'exact', value };
  if (type === 'RegularExpression') return { kind: 'regex', value };
  const path = trimSlash(value);
  return { kind: 'segments', value: path, length: path.length };
}

function readGrpcPath(call: GrpcRouteMatchSpec['method']): Path {
  if (!call || (!call.service && !call.method)) return { kind: 'any' };
  const { service, method } = call;
  if (call.type === 'RegularExpression' || !service) {
    const value = `/${service ?? '[^/]+'}/${method ?? '.+'}`;
    return { kind: 'regex', value };
  }
  if (method) return { kind: 'exact', value: `/${service}/${method}` };
  const path = `/${service}`;
  return { kind: 'segments', value: path, length: path.length + 1 };
}

/** Exact before prefix before regular expression, then the longest. */
function rankOf(path: Path): [number, number] {
  switch (path.kind) {
    case 'exact':
      return [3, path.value.length];
    case 'segments':
      return [2, path.length];
    case 'regex':
      return [1, path.value.length];
    default:
      return [-1, 0];
  }
}

/** The conditions of a VirtualService that together stand for a path condition. */
function spreadPath(path: Path): { uri?: StringMatchSpec; prefix?: boolean }[] {
  switch (path.kind) {
    case 'any':
      return [{}];
    case 'exact':
      return [{ uri: { exact: path.value } }];
    case 'regex':
      return [{ uri: { regex: path.value } }];
    default:
      return segmentMatches(path.value).map(uri =>
        'prefix' in uri ? { uri, prefix: true } : { uri },
      );
  }
}

function toConditions(
  items: { type?: string; name: string; value: string }[] | undefined,
): Record<string, StringMatchSpec> {
  return Object.fromEntries(
    (items ?? []).map(({ type, name, value }) => [
      name,
      type === 'RegularExpression' ? { regex: value } : { exact: value },
    ]),
  );
}

/** Undefined where a filter is not known. */
function convertAction(
  rule: RouteRuleSpec<unknown>,
  backends: Backends,
  path: Path,
  isPrefix: boolean | undefined,
): Partial<HttpRouteSpec> | undefined {
  const route: Partial<HttpRouteSpec> = {};
  for (const filter of rule.filters ?? []) {
    switch (filter.type) {
      case 'RequestHeaderModifier':
        route.headers = { request: toOperations(filter.requestHeaderModifier) };
        break;
      case 'RequestRedirect':
        route.redirect = toRedirect(filter.requestRedirect);
        break;
      case 'URLRewrite':
        route.rewrite = toRewrite(filter.urlRewrite, path, isPrefix);
        break;
      case 'RequestMirror':
        route.mirrors = [
          ...(route.mirrors ?? []),
          ...(filter.requestMirror
            ? backends.destination(filter.requestMirror.backendRef)
            : []
          ).map(destination => ({ destination })),
        ];
        break;
      case 'ResponseHeaderModifier':
      case 'CORS':
        break;
      default:
        return undefined;
    }
  }
  const shares = (rule.backendRefs ?? []).filter(
    ({ weight }) => (weight ?? 1) > 0,
  );
  if (route.redirect) return route;
  const destinations: DestinationSpec[] = [];
  for (const share of shares) {
    const headers = backendHeaders(share.filters);
    if (!headers) return undefined;
    for (const destination of backends.destination(share)) {
      const weight = share.weight ?? 1;
      destinations.push({ destination, weight, ...headers });
    }
  }
  // Without a backend that may be used the answer is 500.
  return destinations.length === 0
    ? { ...route, directResponse: { status: 500 } }
    : { ...route, route: destinations };
}

/** Undefined where a filter is not known. */
function backendHeaders(
  filters: RouteFilterSpec[] | undefined,
): { headers?: HeaderOperationsSpec } | undefined {
  let headers: HeaderOperationsSpec | undefined;
  for (const filter of filters ?? []) {
    if (filter.type === 'RequestHeaderModifier') {
      headers = { request: toOperations(filter.requestHeaderModifier) };
    } else if (filter.type !== 'ResponseHeaderModifier') return undefined;
  }
  return headers ? { headers } : {};
}

function toOperations(
  filter: HeaderFilterSpec = {},
): HeaderOperationsSpec['request'] {
  const toMap = (list: { name: string; value: string }[] = []) => {
    const map: Record<string, string> = {};
    for (const { name, value } of list) {
      map[name.toLowerCase()] ??= value;
    }
    return map;
  };
  return {
    set: toMap(filter.set),
    add: toMap(filter.add),
    remove: filter.remove ?? [],
  };
}

function toRedirect(
  filter: RouteFilterSpec['requestRedirect'] = {},
): NonNullable<HttpRouteSpec['redirect']> {
  const { hostname, scheme, statusCode, path, port } = filter;
  return {
    ...(hostname ? { authority: hostname } : {}),
    ...(scheme ? { scheme } : {}),
    ...(port ? { port } : {}),
    ...(path?.replaceFullPath ? { uri: path.replaceFullPath } : {}),
    redirectCode: statusCode ?? 302,
  };
}

function toRewrite(
  filter: RouteFilterSpec['urlRewrite'] = {},
  path: Path,
  isPrefix: boolean | undefined,
): HttpRouteSpec['rewrite'] {
  const { hostname, path: to } = filter;
  const authority = hostname ? { authority: hostname } : {};
  if (to?.type === 'ReplaceFullPath') {
    return { ...authority, uri: to.replaceFullPath, isWholePath: true };
  }
  if (to?.type !== 'ReplacePrefixMatch') return authority;
  const uri = (to.replacePrefixMatch ?? '').replace(/\/$/, '');
  // The prefix of a whole segment ends with a slash here, and so does what takes its place.
  const isSegment = isPrefix && path.kind === 'segments' && path.value !== '/';
  if (isSegment) return { ...authority, uri: `${uri}/` };
  return { ...authority, uri: uri === '' ? '/' : uri };
}
