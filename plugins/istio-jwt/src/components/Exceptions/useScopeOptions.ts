import { useApi } from '@backstage/core-plugin-api';
import {
  IstioJwtApi,
  istioJwtApiRef,
  IstioJwtCoverageApi,
  istioJwtCoverageApiRef,
} from '../../api';
import { describeWayIn } from '../../format/describeWayIn';
import { useLoaded } from '../../live/useLoaded';

export interface ScopeOptions {
  waysIn: { id: string; label: string }[];
  findings: string[];
}

const NOTHING: ScopeOptions = { waysIn: [], findings: [] };

/** What a part of a service can be. Where that cannot be had, fields take text. */
export function useScopeOptions(service: {
  cluster: string;
  namespace: string;
  name: string;
}): ScopeOptions {
  const coverage = useApi(istioJwtCoverageApiRef);
  const status = useApi(istioJwtApiRef);
  const { view } = useLoaded(JSON.stringify(service), signal =>
    loadScopeOptions({ coverage, status }, service, signal),
  );
  return view.kind === 'ready' ? view.value : NOTHING;
}

async function loadScopeOptions(
  apis: { coverage: IstioJwtCoverageApi; status: IstioJwtApi },
  { cluster, namespace, name }: Parameters<typeof useScopeOptions>[0],
  signal: AbortSignal,
): Promise<ScopeOptions> {
  if (!cluster || !namespace || !name) {
    return NOTHING;
  }
  const { items } = await apis.coverage.listServices(
    { cluster, namespace, q: name },
    { signal },
  );
  const found = items.find(each => each.name === name);
  if (!found?.entityRef) {
    return { ...NOTHING, findings: found?.findingIds ?? [] };
  }
  const { services } = await apis.status.getStatus(found.entityRef, { signal });
  const waysIn = services
    .filter(
      each =>
        each.cluster === cluster &&
        each.namespace === namespace &&
        each.name === name,
    )
    .flatMap(each => each.waysIn)
    .map(wayIn => ({ id: wayIn.id, label: describeWayIn(wayIn) }));
  return { waysIn, findings: found.findingIds };
}
