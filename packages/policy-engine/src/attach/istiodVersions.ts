import { Resource } from '../model';
import { Mesh } from './Mesh';
import { Stored } from './Stored';
import { stringRecord } from './labels';
import { Family } from '../queries/queries';

const ISTIOD_VERSIONS = new Family();

export type Version = readonly [major: number, minor: number, patch: number];

/** Builds of Istio itself. Vendors carry fixes in older numbers, so theirs say nothing. */
const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(-distroless|-debug)?$/;
const VERSION_LABELS = [
  'app.kubernetes.io/version',
  'operator.istio.io/version',
];

export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  return match
    ? [Number(match[1]), Number(match[2]), Number(match[3])]
    : undefined;
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/**
 * Versions of the istiods in the root namespace, as `x.y.z`: from the image of their Pods, else from
 * Deployments, else from labels of their Services. `undefined` where one of them cannot be told.
 */
export function istiodVersions(mesh: Mesh): readonly string[] | undefined {
  return mesh.queries.getOne(
    ISTIOD_VERSIONS,
    () => readVersions(mesh),
    (a, b) => a?.join() === b?.join(),
  );
}

/** Whether all of them are of a version or newer; false where one is older, or cannot be told. */
export function istiodsHave(mesh: Mesh, wanted: Version): boolean {
  const versions = istiodVersions(mesh) ?? [];
  return (
    versions.length > 0 &&
    versions.every(text => {
      const version = parseVersion(text);
      return version !== undefined && compareVersions(version, wanted) >= 0;
    })
  );
}

function readVersions(mesh: Mesh): readonly string[] | undefined {
  for (const kind of ['Pod', 'Deployment', 'Service']) {
    const found = mesh
      .inNamespace(kind, mesh.rootNamespace)
      .filter(isIstiod)
      .map(({ resource }) => versionOf(resource));
    if (found.length === 0) continue;
    if (found.includes(undefined)) return undefined;
    return [...new Set(found as string[])].sort();
  }
  return undefined;
}

function isIstiod({ resource }: Stored): boolean {
  const labels = stringRecord(resource.metadata.labels);
  return labels.app === 'istiod' || labels.istio === 'pilot';
}

function versionOf(resource: Resource): string | undefined {
  const text = imageTag(resource) ?? labelled(resource);
  return text === undefined ? undefined : parseVersion(text)?.join('.');
}

function imageTag({ kind, spec }: Resource): string | undefined {
  const pod = (
    kind === 'Deployment'
      ? (spec as { template?: { spec?: unknown } } | null)?.template?.spec
      : spec
  ) as { containers?: unknown } | null | undefined;
  if (!Array.isArray(pod?.containers)) return undefined;
  const main = pod.containers.find(item => item?.name === 'discovery');
  const image: unknown = main?.image;
  // `registry:5000/pilot@sha256:…` has no tag.
  return typeof image === 'string'
    ? /:([^:/@]+)(@.*)?$/s.exec(image)?.[1]
    : undefined;
}

function labelled({ metadata }: Resource): string | undefined {
  const labels = stringRecord(metadata.labels);
  return VERSION_LABELS.map(name => labels[name]).find(Boolean);
}
