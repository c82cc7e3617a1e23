import { CoverageSort } from 'backstage-plugin-istio-jwt-common';
import { GridColumn } from '../Grid';

export type ServiceColumnId = CoverageSort | 'issuers' | 'waysIn' | 'exception';

export interface ServiceColumn extends GridColumn {
  id: ServiceColumnId;
}

export const SERVICE_COLUMNS: ServiceColumn[] = [
  { id: 'title', label: 'Service', isRowHeader: true, isSortable: true },
  { id: 'state', label: 'State', isSortable: true },
  { id: 'owner', label: 'Owner', isSortable: true },
  { id: 'system', label: 'System', isSortable: true },
  { id: 'cluster', label: 'Cluster', isSortable: true },
  { id: 'namespace', label: 'Namespace', isSortable: true },
  { id: 'issuers', label: 'Issuers' },
  { id: 'waysIn', label: 'Ways in' },
  { id: 'findings', label: 'Findings', isSortable: true },
  { id: 'lastProbe', label: 'Last probe', isSortable: true },
  { id: 'exception', label: 'Exception' },
];

export function isSort(id: string): id is CoverageSort {
  return SERVICE_COLUMNS.some(each => each.id === id && each.isSortable);
}
