import type { Stored } from './Mesh';
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

/** Whether proxies of a namespace know a Service: annotation `networking.istio.io/exportTo`. */
export function isServiceVisible(
  { namespace, resource }: Stored,
  viewer: string,
): boolean {
  const { annotations } = resource.metadata;
  const text = stringRecord(annotations)['networking.istio.io/exportTo'] ?? '';
  const exportTo = text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
  return isExported(exportTo, namespace, viewer);
}
