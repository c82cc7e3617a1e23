import type { Tri } from '../match/tri';
import { Resource } from '../model';
import { istiodContainerOf, istiodsOf } from './istiods';
import { stringRecord } from './labels';
import type { Mesh } from './Mesh';
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

/** Whether all of them are of a version or newer; `unknown` where some are, or one cannot be told. */
export function istiodsReach(mesh: Mesh, wanted: Version): Tri {
  const versions = istiodVersions(mesh) ?? [];
  const [first, ...others] = versions.map(text => {
    const version = parseVersion(text);
    return version && compareVersions(version, wanted) >= 0;
  });
  return first === undefined || others.some(other => other !== first)
    ? 'unknown'
    : first;
}

/** Whether all of them are of a version or newer; false where one is older, or cannot be told. */
export function istiodsHave(mesh: Mesh, wanted: Version): boolean {
  return istiodsReach(mesh, wanted) === true;
}

/**
 * Whether a version came before a fix.
 *
 * @param fixed - first versions with it, one for each line; later lines always had it
 */
export function lacksFix(current: Version, fixed: readonly string[]): boolean {
  const lines = fixed
    .map(text => parseVersion(text))
    .filter((item): item is Version => item !== undefined);
  const own = lines.find(
    ([major, minor]) => major === current[0] && minor === current[1],
  );
  if (own) return compareVersions(current, own) < 0;
  // A line without a fix of its own: it lacks one where all fixed lines are later.
  return lines.every(line => compareVersions(current, line) < 0);
}

/** Whether one of them lacks a fix, or may, as none is known. */
export function istiodsMayLack(mesh: Mesh, fixed: readonly string[]): boolean {
  const versions = istiodVersions(mesh)?.map(parseVersion) ?? [undefined];
  return versions.some(version => !version || lacksFix(version, fixed));
}

function readVersions(mesh: Mesh): readonly string[] | undefined {
  const found = istiodsOf(mesh).map(versionOf);
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return [...new Set(found as string[])].sort();
}

function versionOf(resource: Resource): string | undefined {
  const text = imageTag(resource) ?? labelled(resource);
  return text === undefined ? undefined : parseVersion(text)?.join('.');
}

function imageTag(resource: Resource): string | undefined {
  const image: unknown = istiodContainerOf(resource)?.image;
  // `registry:5000/pilot@sha256:…` has no tag.
  return typeof image === 'string'
    ? /:([^:/@]+)(@.*)?$/s.exec(image)?.[1]
    : undefined;
}

function labelled({ metadata }: Resource): string | undefined {
  const labels = stringRecord(metadata.labels);
  return VERSION_LABELS.map(name => labels[name]).find(Boolean);
}
