import { useApi } from '@backstage/core-plugin-api';
import { CoverageGroupBy } from 'backstage-plugin-istio-jwt-common';
import { IstioJwtCoverageApi, istioJwtCoverageApiRef } from '../../api';
import { useLoaded } from '../../live/useLoaded';

export type FilterOptions = Record<CoverageGroupBy | 'finding', string[]>;

const GROUPS: CoverageGroupBy[] = [
  'owner',
  'system',
  'namespace',
  'issuer',
  'gateway',
];

const NOTHING: FilterOptions = {
  owner: [],
  system: [],
  namespace: [],
  issuer: [],
  gateway: [],
  finding: [],
};

/** The values that filters can have. Without them a filter of the address still works. */
export function useFilterOptions(): FilterOptions {
  const api = useApi(istioJwtCoverageApiRef);
  const { view } = useLoaded('options', signal => loadOptions(api, signal));
  return view.kind === 'ready' ? view.value : NOTHING;
}

async function loadOptions(
  api: IstioJwtCoverageApi,
  signal: AbortSignal,
): Promise<FilterOptions> {
  const [findings, ...groups] = await Promise.all([
    api.listFindings({}, { signal }),
    ...GROUPS.map(by => api.listGroups(by, {}, { signal })),
  ]);
  const options = {
    ...NOTHING,
    finding: findings.findings.map(({ id }) => id).sort(),
  };
  for (const { by, groups: found } of groups) {
    options[by] = found.map(({ key }) => key).sort();
  }
  return options;
}
