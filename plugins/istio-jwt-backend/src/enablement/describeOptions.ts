import {
  EnablementOptions,
  EnablementServiceOption,
} from 'backstage-plugin-istio-jwt-common';
import { ClusterRegistry } from '../cluster';
import { EnablementConfig } from '../config';
import { AssessedService } from '../status/assessEntity';
import { listAdoptable } from './adopt/listAdoptable';
import { listMarks, listServiceOptions } from './listOptions';
import { describeDrift, MAX_DONE } from './drift/describeDrift';
import { isAdopted, markObjects } from './marks';
import { Operation } from './operation';
import { EnablementStore } from './store/EnablementStore';

interface OptionSources {
  config: EnablementConfig;
  registry: Pick<ClusterRegistry, 'get'>;
  store: Pick<
    EnablementStore,
    'get' | 'findRunning' | 'listProposed' | 'listDone'
  >;
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
  const done = await store.listDone(entityRef, MAX_DONE);
  const [proposed] = await store.listProposed({ entityRef, limit: 1 });
  return {
    entityRef,
    enabled: config.enabled,
    services: await Promise.all(
      listServiceOptions(config, assessed).map(service =>
        addInForce(sources, entityRef, service).then(each => ({
          ...each,
          ...findWritten(sources, each, assessed, done, running !== undefined),
        })),
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
          adopted: operation.changes.some(({ to }) => to && isAdopted(to)),
          waysIn,
        },
      };
    }
  }
  return service;
}

/** What is not as it was written, and what others wrote. */
function findWritten(
  { registry }: OptionSources,
  service: EnablementServiceOption,
  assessed: readonly AssessedService[],
  done: readonly Operation[],
  isRunning: boolean,
): Pick<EnablementServiceOption, 'drift' | 'adoptable'> {
  const mirror = registry.get(service.cluster);
  const found = assessed.find(
    ({ status }) =>
      status.cluster === service.cluster &&
      status.namespace === service.namespace &&
      status.name === service.name,
  );
  // An operation that is going on leaves objects between two forms.
  const drift =
    mirror && !isRunning ? describeDrift(mirror, service, done) : [];
  const adoptable = found ? listAdoptable(found) : [];
  return {
    ...(drift.length > 0 ? { drift } : {}),
    ...(adoptable.length > 0 ? { adoptable } : {}),
  };
}
