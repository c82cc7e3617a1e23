import type { Mesh } from './Mesh';
import type { Stored } from './Stored';
import { stringRecord } from './labels';

/** Whether an `exportTo` list of an object in `own` shows it to `viewer`. An empty list shows it to all. */
export function isExported(
  exportTo: readonly string[],
  own: string,
  viewer: string,
): boolean {
  return (
    exportTo.length === 0 ||
    exportTo.some(
      entry =>
        entry === '*' || entry === viewer || (entry === '.' && own === viewer),
    )
  );
}

/**
 * How soon Istio looks at an object among those that it shows to a viewer: what nobody else's namespace sees
 * comes first, then what is shown to some namespaces, then what all see.
 */
export function rankOfExport(
  exportTo: readonly string[],
  own: string,
  viewer: string,
): number {
  if (exportTo.length === 0 || exportTo.includes('*')) return 2;
  return own === viewer ? 0 : 1;
}

/** Whether proxies of a namespace know a Service: annotation `networking.istio.io/exportTo`. */
export function isServiceVisible(
  mesh: Mesh,
  { namespace, resource }: Stored,
  viewer: string,
): boolean {
  const { annotations } = resource.metadata;
  const text = stringRecord(annotations)['networking.istio.io/exportTo'] ?? '';
  const exportTo = text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
  return isExported(
    exportTo.length > 0 ? exportTo : mesh.config.defaultExportTo.Service,
    namespace,
    viewer,
  );
}
