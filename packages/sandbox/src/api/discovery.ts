import { formatApiVersion, RESOURCE_KINDS, ResourceKind } from './kinds';
import { SPEC_SCHEMAS } from './schemas';
import { Schema } from './schema';

const VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** Answer of `/version`. The git version says that this is no real cluster. @internal */
export const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};

/** Group versions served, such as `v1` and `security.istio.io/v1`. @internal */
export function listGroupVersions(): { group: string; version: string }[] {
  const seen = new Map<string, { group: string; version: string }>();
  for (const { group, versions } of RESOURCE_KINDS) {
    for (const version of versions) {
      seen.set(formatApiVersion(group, version), { group, version });
    }
  }
  return [...seen.values()];
}

/** Answer of `/api`. @internal */
export function describeCoreVersions() {
  return { kind: 'APIVersions', versions: ['v1'] };
}

/** Answer of `/apis`. @internal */
export function describeGroups() {
  const groups = new Set(RESOURCE_KINDS.map(({ group }) => group));
  groups.delete('');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups].map(group => {
      const { kind, apiVersion, ...rest } = describeGroup(group)!;
      return rest;
    }),
  };
}

/** Answer of `/apis/{group}`. @internal */
export function describeGroup(group: string) {
  const versions = listGroupVersions()
    .filter(entry => entry.group === group)
    .map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return versions.length === 0
    ? undefined
    : {
        kind: 'APIGroup',
        apiVersion: 'v1',
        name: group,
        versions,
        preferredVersion: versions[0],
      };
}

/** Answer of `/api/v1` and `/apis/{group}/{version}`. @internal */
export function describeResources(group: string, version: string) {
  const kinds = listKinds(group, version);
  return kinds.length === 0
    ? undefined
    : {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: formatApiVersion(group, version),
        resources: kinds.map(kind => ({
          name: kind.plural,
          singularName: kind.kind.toLowerCase(),
          namespaced: kind.namespaced,
          kind: kind.kind,
          verbs: VERBS,
          ...(kind.shortNames?.length ? { shortNames: kind.shortNames } : {}),
          ...(kind.categories ? { categories: kind.categories } : {}),
        })),
      };
}

/** Answer of `/openapi/v3`. @internal */
export function describeOpenApiPaths() {
  return {
    paths: Object.fromEntries(
      listGroupVersions().map(({ group, version }) => {
        const path = group ? `apis/${group}/${version}` : `api/${version}`;
        return [path, { serverRelativeURL: `/openapi/v3/${path}` }];
      }),
    ),
  };
}

/**
 * Answer of `/openapi/v3/{group version}`. It says that writes take `fieldValidation`, so that
 * kubectl leaves validation to the server, and the schemas that `kubectl explain` shows.
 *
 * @internal
 */
export function describeOpenApi(group: string, version: string) {
  const kinds = listKinds(group, version);
  if (kinds.length === 0) {
    return undefined;
  }
  const parameters = ['fieldManager', 'fieldValidation', 'dryRun'].map(
    name => ({ name, in: 'query', schema: { type: 'string' } }),
  );
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes (istio-jwt sandbox)', version: '0' },
    paths: Object.fromEntries(
      kinds.map(kind => {
        const scope = kind.namespaced ? '/namespaces/{namespace}' : '';
        const gvk = { group, version, kind: kind.kind };
        const write = (action: string) => ({
          parameters,
          responses: {},
          'x-kubernetes-action': action,
          'x-kubernetes-group-version-kind': gvk,
        });
        return [
          `${root}${scope}/${kind.plural}/{name}`,
          {
            get: { ...write('get'), parameters: [] },
            patch: write('patch'),
            put: write('put'),
          },
        ];
      }),
    ),
    components: {
      schemas: Object.fromEntries(
        kinds.map(kind => [
          `${group || 'core'}.${version}.${kind.kind}`,
          describeSchema(kind, version),
        ]),
      ),
    },
  };
}

function describeSchema(kind: ResourceKind, version: string) {
  const spec = kind.builtIn ? undefined : SPEC_SCHEMAS[kind.kind];
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: spec
        ? withoutRules(spec)
        : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
    'x-kubernetes-group-version-kind': [
      { group: kind.group, version, kind: kind.kind },
    ],
  };
}

/** JSON drops functions, and with them leaves rules that say nothing. */
function withoutRules(schema: Schema): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      key === 'rules' && Array.isArray(value) ? undefined : value,
    ),
  );
}

function listKinds(group: string, version: string): ResourceKind[] {
  return RESOURCE_KINDS.filter(
    kind => kind.group === group && kind.versions.includes(version),
  );
}
