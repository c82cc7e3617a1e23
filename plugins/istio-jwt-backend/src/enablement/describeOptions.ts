import {
  EnablementOptions,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { ClusterRegistry } from '../cluster';
import { EnablementConfig } from '../config';
import { AssessedService } from '../status/assessEntity';
import { listMarks, listServiceOptions } from './listOptions';
import { markObjects } from './marks';
import { EnablementStore } from './store/EnablementStore';

interface OptionSources {
  config: EnablementConfig;
  registry: Pick<ClusterRegistry, 'get'>;
  store: Pick<EnablementStore, 'get' | 'findRunning' | 'listProposed'>;
}

/** What can be planned for an entity, and what its caller may do. */
export async function describeOptions(
  sources: OptionSources,
  entityRef: string,
  assessed: readonly AssessedService[],
  may: { create: boolean; approve: boolean },
): Promise<EnablementOptions> {
  const { config, store } = sources;
  const running = await store.findRunning(entityRef);
  const [proposed] = await store.listProposed({ entityRef, limit: 1 });
  return {
    entityRef,
    enabled: config.enabled,
    services: await Promise.all(
      listServiceOptions(config, assessed).map(service =>
        addInForce(sources, entityRef, service),
      ),
    ),
    issuers: config.issuers.map(
      ({ name, issuer, audiences, fromHeaders = [], claims = [] }) => ({
        name,
        issuer,
        audiences,
        fromHeaders,
        claims,
      }),
    ),
    canCreate: config.enabled && may.create,
    canApprove: config.enabled && may.approve,
    approvalAbove: config.approval.otherHosts,
    ...(running
      ? { running: { enablementId: running.id, phase: running.phase } }
      : {}),
    ...(proposed ? { proposed: { enablementId: proposed.id } } : {}),
  };
}

/** The marks in the cluster say which operation is in force; the database knows what it was. */
async function addInForce(
  { registry, store }: OptionSources,
  entityRef: string,
  service: EnablementServiceOption,
): Promise<EnablementServiceOption> {
  const mirror = registry.get(service.cluster);
  const { labels } = markObjects(service, entityRef, '');
  for (const id of mirror ? listMarks(mirror.mesh, labels) : []) {
    const operation = (await store.get(id))?.operation;
    if (operation?.phase === 'done' && operation.entityRef === entityRef) {
      const { issuer, choices, waysIn } = operation;
      return {
        ...service,
        inForce: {
          enablementId: id,
          issuer,
          ...(choices ? { choices } : {}),
          waysIn,
        },
      };
    }
  }
  return service;
}
