import {
  HttpMatchSpec,
  HttpRouteSpec,
  StringMatchSpec,
  VirtualServiceSpec,
} from '../parse/specs';
import { followAliases } from './aliases';
import { resolveGatewayName, resolveServiceHost } from './hosts';
import { mapDestinations } from './mapDestinations';
import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { isExported } from './visibility';
import { Family } from '../queries/queries';

const WITH_DELEGATES = new Family();

/**
 * A VirtualService as Istio completes it: with the routes of those that it delegates to in place of its own
 * (MergeHTTPRoutes), shown to whom the mesh config says, and to the Services that aliases stand for. The same
 * object while nothing changes; the given one where there is nothing to complete.
 */
export function completeVirtualService(mesh: Mesh, root: Stored): Stored {
  if (root.errors.length > 0) return root;
  const spec = (root.resource.spec ?? {}) as VirtualServiceSpec;
  const delegates = spec.http?.some(route => route.delegate);
  const { namespace, name } = root;
  if (
    !delegates &&
    withDefaultExport(mesh, spec) === spec &&
    followAliases(mesh, spec, namespace) === spec
  ) {
    return root;
  }
  return mesh.queries.get(WITH_DELEGATES, `${namespace}/${name}`, () => {
    const stored = mesh.stored('VirtualService', namespace, name) ?? root;
    return merge(mesh, stored, namespace);
  });
}

function merge(mesh: Mesh, root: Stored, namespace: string): Stored {
  const spec = withDefaultExport(
    mesh,
    (root.resource.spec ?? {}) as VirtualServiceSpec,
  );
  const errors = [...root.errors];
  const http = (spec.http ?? []).flatMap(route => {
    const { delegate, ...rest } = route;
    if (!delegate) return [route];
    const place = delegate.namespace || namespace;
    const found = mesh.stored('VirtualService', place, delegate.name ?? '');
    const inner = (found?.resource.spec ?? {}) as VirtualServiceSpec;
    // A route whose delegate is missing, is a root itself or is not exported here is left out.
    if (!found || inner.hosts?.length) return [];
    if (found.errors.length > 0) {
      errors.push(...found.errors);
      return [];
    }
    const { exportTo = [] } = withDefaultExport(mesh, inner);
    if (!isExported(exportTo, place, namespace)) return [];
    const outer = withFullGateways(route.match, namespace);
    return (inner.http ?? []).flatMap(item => {
      const match = mergeMatches(outer, withFullGateways(item.match, place));
      return match === 'conflict'
        ? []
        : [{ ...rest, ...withFullHosts(item, place), match }];
    });
  });
  return {
    ...root,
    errors,
    resource: {
      ...root.resource,
      spec: followAliases(mesh, { ...spec, http }, namespace),
    },
  };
}

/** The mesh config says who sees a VirtualService that does not say it itself. */
export function withDefaultExport(
  mesh: Mesh,
  spec: VirtualServiceSpec,
): VirtualServiceSpec {
  const { VirtualService: exportTo } = mesh.config.defaultExportTo;
  return spec.exportTo?.length || exportTo.includes('*')
    ? spec
    : { ...spec, exportTo: [...exportTo] };
}

/** Short names in a delegate belong to its namespace. */
function withFullHosts(route: HttpRouteSpec, namespace: string): HttpRouteSpec {
  return mapDestinations(route, destination => {
    const service = resolveServiceHost(destination.host, namespace);
    return service
      ? {
          ...destination,
          host: `${service.name}.${service.namespace}.svc.cluster.local`,
        }
      : destination;
  });
}

/** Names of Gateways belong to the namespace of who names them, and are compared in full. */
function withFullGateways(
  matches: HttpMatchSpec[] | undefined,
  namespace: string,
): HttpMatchSpec[] | undefined {
  return matches?.map(match =>
    match.gateways
      ? {
          ...match,
          gateways: match.gateways.map(name =>
            name === 'mesh' ? name : resolveGatewayName(name, namespace),
          ),
        }
      : match,
  );
}

function mergeMatches(
  root: HttpMatchSpec[] | undefined,
  delegate: HttpMatchSpec[] | undefined,
): HttpMatchSpec[] | undefined | 'conflict' {
  if (!root?.length) return delegate;
  if (!delegate?.length) return root;
  const merged: HttpMatchSpec[] = [];
  for (const inner of delegate) {
    const fitting = root.filter(outer => !conflicts(outer, inner));
    if (fitting.length === 0) return 'conflict';
    merged.push(...fitting.map(outer => mergeMatch(outer, inner)));
  }
  return merged;
}

function mergeMatch(root: HttpMatchSpec, inner: HttpMatchSpec): HttpMatchSpec {
  return {
    ...root,
    ...Object.fromEntries(
      Object.entries(inner).filter(([, value]) => value !== undefined),
    ),
    ignoreUriCase: inner.ignoreUriCase,
    gateways: inner.gateways?.length ? inner.gateways : root.gateways,
    headers: { ...root.headers, ...inner.headers },
    withoutHeaders: { ...root.withoutHeaders, ...inner.withoutHeaders },
    queryParams: { ...root.queryParams, ...inner.queryParams },
    sourceLabels: { ...root.sourceLabels, ...inner.sourceLabels },
  };
}

/** Whether a delegate's condition is no part of the root's (hasConflict); both name Gateways in full. */
function conflicts(root: HttpMatchSpec, inner: HttpMatchSpec): boolean {
  for (const field of ['uri', 'scheme', 'method', 'authority'] as const) {
    if (isConflict(root[field], inner[field])) return true;
  }
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const [name, value] of Object.entries(inner[field] ?? {})) {
      if (isConflict(root[field]?.[name], value)) return true;
    }
  }
  for (const [name, value] of Object.entries(inner.sourceLabels ?? {})) {
    if ((root.sourceLabels?.[name] ?? value) !== value) return true;
  }
  return (
    (root.ignoreUriCase ?? false) !== (inner.ignoreUriCase ?? false) ||
    (Boolean(root.port && inner.port) && root.port !== inner.port) ||
    (Boolean(root.sourceNamespace) &&
      inner.sourceNamespace !== root.sourceNamespace) ||
    isOutside(root.gateways ?? [], inner.gateways ?? [])
  );
}

/** More names than the root's are a conflict, though they be the same. */
function isOutside(root: string[], inner: string[]): boolean {
  return (
    root.length > 0 &&
    inner.length > 0 &&
    (inner.length > root.length || inner.some(name => !root.includes(name)))
  );
}

/** With a regular expression on either side Istio calls it one. */
function isConflict(
  root: StringMatchSpec | undefined,
  inner: StringMatchSpec | undefined,
): boolean {
  if (!root || !inner) return false;
  if ('exact' in root) return !('exact' in inner) || inner.exact !== root.exact;
  if (!('prefix' in root)) return true;
  const value = 'prefix' in inner ? inner.prefix : undefined;
  const text = value ?? ('exact' in inner ? inner.exact : undefined);
  return text === undefined || !text.startsWith(root.prefix);
}
