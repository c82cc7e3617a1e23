import { PolicyObject } from 'backstage-plugin-istio-jwt-node';

interface Operation {
  paths?: unknown;
  notPaths?: unknown;
}

/** What requests can be made for: a path, or the beginning of paths. */
const PATH = /^\/[\w\-./~]*\*?$/;
const MAX_PATHS = 20;

/** Paths that rules of policies name, each of which a request can be made for. At most 20. */
export function listNamedPaths(
  objects: readonly (PolicyObject | undefined)[],
): string[] {
  const named = objects.flatMap(object => {
    const { rules } = (object?.spec ?? {}) as {
      rules?: { to?: { operation?: Operation }[] }[];
    };
    return (rules ?? []).flatMap(({ to }) =>
      (to ?? []).flatMap(({ operation = {} }) =>
        [operation.paths ?? [], operation.notPaths ?? []].flat(),
      ),
    );
  });
  const paths = named.filter(
    (path): path is string => typeof path === 'string' && PATH.test(path),
  );
  return [...new Set(paths)].slice(0, MAX_PATHS);
}
