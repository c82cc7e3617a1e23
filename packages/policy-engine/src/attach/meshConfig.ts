import { Resource } from '../model';
import {
  DEFAULT_EXPORT_TO,
  DEFAULT_INGRESS,
  MeshConfig,
  meshText,
  readMeshConfig,
} from '../parse/meshConfig';
import { Reader } from '../parse/reader';
import type { Istiod } from './ControlPlanes';

/** Istio's mesh config as far as the mesh's objects show it. */
export interface KnownMeshConfig extends MeshConfig {
  /** Whether a ConfigMap was read; else every field has Istio's default. */
  visible: boolean;
  /** Why nothing that depends on it can be told. */
  problems: readonly string[];
  /** Where istiods run, sorted. */
  istiodNamespaces: readonly string[];
}

export const DEFAULT_ROOT_NAMESPACE = 'istio-system';

export const DEFAULT_MESH_CONFIG: KnownMeshConfig = {
  visible: false,
  problems: [],
  istiodNamespaces: [],
  trustDomainAliases: [],
  caTrustDomains: [],
  pathNormalization: 'BASE',
  authorizers: {},
  defaultConfig: { unread: [] },
  defaultExportTo: DEFAULT_EXPORT_TO,
  discoverySelectors: [],
  autoMtls: true,
  ingress: DEFAULT_INGRESS,
};

/**
 * Reads the mesh config from its ConfigMaps. Several revisions that say different things make it
 * unknown which of them a proxy follows.
 *
 * @param resources - ConfigMaps for which `isMeshConfig` holds
 * @param rootNamespace - where no ConfigMap says which one it is
 */
export function combineMeshConfigs(
  resources: readonly Resource[],
  istiods: readonly Istiod[],
  rootNamespace = DEFAULT_ROOT_NAMESPACE,
): KnownMeshConfig {
  const places = [...new Set(istiods.map(({ namespace }) => namespace))].sort();
  const isShared = (resource: Resource) =>
    istiods.some(istiod =>
      isNamed(resource, istiod.namespace, sharedBy(istiod)),
    );
  const [first, ...others] = resources
    .filter(resource => !isShared(resource))
    .map(resource => {
      const reader = new Reader();
      const shared = sharedTextFor(resource, resources, istiods);
      const config = readMeshConfig(meshText(resource), reader, shared);
      return { name: label(resource), config, errors: reader.errors };
    });
  const problems = problemsOfShared(resources, istiods);
  if (!first) {
    const isElsewhere = places.length > 0 && !places.includes(rootNamespace);
    if (isElsewhere) problems.push(rootUnknown(places, rootNamespace));
    return { ...DEFAULT_MESH_CONFIG, istiodNamespaces: places, problems };
  }
  for (const { name, config, errors } of [first, ...others]) {
    const [error] = errors;
    if (error) {
      problems.push(
        `${name} cannot be read in full: ${error.path} ${error.message}`,
      );
    }
    for (const field of Object.keys(first.config) as (keyof MeshConfig)[]) {
      const same =
        JSON.stringify(config[field]) === JSON.stringify(first.config[field]);
      if (!same) problems.push(`${first.name} and ${name} differ in ${field}`);
    }
  }
  return {
    ...first.config,
    visible: true,
    problems,
    istiodNamespaces: places,
  };
}

/** Istio's charts make the namespace of istiod the root namespace; policies there count for the whole mesh. */
function rootUnknown(places: readonly string[], rootNamespace: string): string {
  return `istiod runs in namespace ${places.join(
    ' and ',
  )}, and its mesh config is not among the objects: whether ${rootNamespace} is the root namespace, whose policies count for the whole mesh, is not known (give its ConfigMap, or set rootNamespace)`;
}

/** Mesh config that istiods read before their own, which is in this ConfigMap. */
function sharedTextFor(
  { metadata: { namespace = '', name } }: Resource,
  resources: readonly Resource[],
  istiods: readonly Istiod[],
): string | undefined {
  const [shared] = sharedNames(istiods, namespace, name);
  const found = resources.find(each => isNamed(each, namespace, shared));
  return found && meshText(found);
}

function problemsOfShared(
  resources: readonly Resource[],
  istiods: readonly Istiod[],
): string[] {
  const problems = istiods.flatMap(({ namespace, reads }) => {
    if (!reads?.shared) return [];
    const { own, shared } = reads;
    if (shared.kind === 'unknown') {
      return [
        'istiod has SHARED_MESH_CONFIG, and which ConfigMap it names is not known',
      ];
    }
    if (sharedNames(istiods, namespace, own).length > 1) {
      return [`istiods of ${namespace} differ in SHARED_MESH_CONFIG`];
    }
    return [own, shared.name]
      .filter(name => !resources.some(each => isNamed(each, namespace, name)))
      .map(
        name =>
          `istiod reads ConfigMap ${namespace}/${name}, which is not among the objects`,
      );
  });
  return [...new Set(problems)];
}

/** What istiods with a ConfigMap of their own read before it: several names where they differ. */
function sharedNames(
  istiods: readonly Istiod[],
  namespace: string,
  own: string,
): (string | undefined)[] {
  const names = istiods
    .filter(each => each.namespace === namespace && each.reads?.own === own)
    .map(sharedBy);
  return [...new Set(names)];
}

function sharedBy({ reads }: Istiod): string | undefined {
  const shared = reads?.shared;
  return shared?.kind === 'named' ? shared.name : undefined;
}

function isNamed(
  { metadata }: Resource,
  namespace: string,
  name: string | undefined,
): boolean {
  return metadata.namespace === namespace && metadata.name === name;
}

function label({ metadata }: Resource): string {
  return `ConfigMap ${metadata.namespace}/${metadata.name}`;
}
