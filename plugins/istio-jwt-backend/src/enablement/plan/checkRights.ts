import { PolicyWriter } from 'backstage-plugin-istio-jwt-node';
import { ClusterRegistry } from '../../cluster';
import { EnablementConfig } from '../../config';
import { writeElsewhere } from './findWriting';
import { OperationPlanResult, seal } from './OperationPlan';

/** What the portal may not write, people have to: better said now than by a dry run later. */
export async function checkRights(
  {
    config,
    registry,
    writers,
  }: {
    config: EnablementConfig;
    registry: Pick<ClusterRegistry, 'get'>;
    writers: readonly PolicyWriter[];
  },
  planned: OperationPlanResult,
): Promise<OperationPlanResult> {
  if (planned.kind === 'refused' || planned.writing.mode !== 'direct') {
    return planned;
  }
  const { cluster } = planned.service;
  const mirror = registry.get(cluster)!;
  const writer = writers.find(each => each.writesTo(cluster));
  const missing = await writer?.findMissingRights?.({
    cluster,
    signal: new AbortController().signal,
    refs: planned.changes.map(({ ref }) => ref),
  });
  return missing?.length
    ? seal(mirror, {
        ...planned,
        writing: writeElsewhere(
          config,
          cluster,
          `The portal’s service account may not: ${missing.join(
            '; ',
          )}. An administrator of ${cluster} grants it (manifests/enablement-rbac.yaml of the backend plugin), or applies the YAML.`,
        ),
      })
    : planned;
}
