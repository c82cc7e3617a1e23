import { Resource } from '../model';
import {
  DEFAULT_EXPORT_TO,
  DEFAULT_INGRESS,
  MeshConfig,
  meshText,
  readMeshConfig,
} from '../parse/meshConfig';
import { Reader } from '../parse/reader';

/** Istio's mesh config as far as the mesh's objects show it. */
export interface KnownMeshConfig extends MeshConfig {
  /** Whether a ConfigMap was read; else every field has Istio's default. */
  visible: boolean;
  /** Why nothing that depends on it can be told. */
  problems: readonly string[];
}

export const DEFAULT_MESH_CONFIG: KnownMeshConfig = {
  visible: false,
  problems: [],
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
 */
export function combineMeshConfigs(
  resources: readonly Resource[],
): KnownMeshConfig {
  const [first, ...others] = resources.map(resource => {
    const reader = new Reader();
    const config = readMeshConfig(meshText(resource), reader);
    return { name: label(resource), config, errors: reader.errors };
  });
  if (!first) return DEFAULT_MESH_CONFIG;
  const problems: string[] = [];
  for (const { name, config, errors } of [first, ...others]) {
    if (errors.length > 0) problems.push(`${name} cannot be read in full`);
    for (const field of Object.keys(first.config) as (keyof MeshConfig)[]) {
      const same =
        JSON.stringify(config[field]) === JSON.stringify(first.config[field]);
      if (!same) problems.push(`${first.name} and ${name} differ in ${field}`);
    }
  }
  return { ...first.config, visible: true, problems };
}

function label({ metadata }: Resource): string {
  return `ConfigMap ${metadata.namespace}/${metadata.name}`;
}
