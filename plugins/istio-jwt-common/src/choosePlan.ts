import {
  EnablementInForce,
  EnablementOptions,
  EnablementServiceOption,
} from './enablementOptions';
import { EnablementPlanRequest } from './enablementPlan';

/** What somebody wants, as far as they say it. @public */
export interface PlanWishes {
  /** Default: `enable`. */
  intent?: 'enable' | 'change' | 'disable';
  /** `cluster/namespace/name`. Default: the entity's only service. */
  service?: string;
  /** Ids or hosts of ways in. Default: all by gateways that can be chosen and do not require a token. */
  waysIn?: string[];
  /** Name of an issuer. Default: the only one; of a change, as it is now. */
  issuer?: string;
  /** Default: none; of a change, as it is now. */
  exemptPaths?: string[];
  /** Default: `let-through`; of a change, as it is now. */
  preflights?: 'let-through' | 'refuse';
  /** What is to be changed or disabled. Default: the only enablement that is in force. */
  enablementId?: string;
}

/** @public */
export type ChosenPlan =
  | { kind: 'chosen'; request: EnablementPlanRequest }
  /** Why not, and what to say, in one or two sentences. */
  | { kind: 'unclear'; problem: string };

/**
 * Turns wishes into a request for a plan, where only one is meant.
 *
 * @public
 */
export function choosePlan(
  options: EnablementOptions,
  wishes: PlanWishes,
): ChosenPlan {
  if (!options.enabled) {
    return unclear(
      'The portal’s configuration does not allow it (istioJwt.enablement.enabled).',
    );
  }
  switch (wishes.intent) {
    case 'disable':
      return chooseDisabling(options, wishes);
    case 'change':
      return chooseChange(options, wishes);
    default:
      return chooseEnabling(options, wishes);
  }
}

function chooseDisabling(
  options: EnablementOptions,
  wishes: PlanWishes,
): ChosenPlan {
  // One that drifted is not among those in force, and can be disabled.
  if (wishes.enablementId !== undefined) {
    return {
      kind: 'chosen',
      request: { intent: 'disable', enablementId: wishes.enablementId },
    };
  }
  const found = findInForce(options, wishes);
  return found.kind === 'unclear'
    ? found
    : {
        kind: 'chosen',
        request: {
          intent: 'disable',
          enablementId: found.inForce.enablementId,
        },
      };
}

function chooseChange(
  options: EnablementOptions,
  wishes: PlanWishes,
): ChosenPlan {
  const { issuer, exemptPaths, preflights } = wishes;
  if (wishes.waysIn?.length) {
    return unclear(
      'A change keeps the ways in. Disable it, and enable those that are wanted.',
    );
  }
  const found = findInForce(options, wishes);
  if (found.kind === 'unclear') return found;
  const { enablementId, choices } = found.inForce;
  if (!issuer && !exemptPaths && !preflights) {
    return unclear(
      'Say what is to be changed: give issuer, exemptPaths or preflights.',
    );
  }
  if (!choices && !(issuer && exemptPaths && preflights)) {
    return unclear(
      'A person wrote what stands, so what is to stay is not known: give issuer, exemptPaths and preflights.',
    );
  }
  return {
    kind: 'chosen',
    request: {
      intent: 'change',
      enablementId,
      issuer: issuer ?? choices!.issuer,
      // Those of one issuer mean nothing to another.
      ...(choices?.audiences && (issuer ?? choices.issuer) === choices.issuer
        ? { audiences: choices.audiences }
        : {}),
      exemptPaths: exemptPaths ?? choices!.exemptPaths,
      preflights: preflights ?? choices!.preflights,
    },
  };
}

function findInForce(
  { services }: EnablementOptions,
  { service, enablementId }: PlanWishes,
):
  | { kind: 'found'; inForce: EnablementInForce }
  | Extract<ChosenPlan, { kind: 'unclear' }> {
  const all = services
    .filter(each => service === undefined || nameOf(each) === service)
    .flatMap(each => each.inForce ?? []);
  const wanted = all.filter(
    each => enablementId === undefined || each.enablementId === enablementId,
  );
  if (wanted.length === 1) return { kind: 'found', inForce: wanted[0] };
  const ids = all.map(each => each.enablementId).join(' or ');
  if (all.length === 0) {
    return unclear('Nothing that the portal enabled is in force.');
  }
  return unclear(
    wanted.length === 0
      ? `No enablement ${enablementId} is in force. Give enablementId: ${ids}.`
      : `Several enablements are in force. Give enablementId: ${ids}.`,
  );
}

function chooseEnabling(
  { services, issuers }: EnablementOptions,
  wishes: PlanWishes,
): ChosenPlan {
  const service =
    wishes.service === undefined && services.length === 1
      ? services[0]
      : services.find(each => nameOf(each) === wishes.service);
  if (!service) {
    return unclear(
      services.length === 0
        ? 'The entity has no Service in any cluster.'
        : `Give service: ${services.map(nameOf).join(' or ')}.`,
    );
  }
  const issuer =
    wishes.issuer ?? (issuers.length === 1 ? issuers[0].name : undefined);
  if (issuer === undefined) {
    return unclear(
      issuers.length === 0
        ? 'The portal’s configuration allows no issuer (istioJwt.enablement.issuers).'
        : `Give issuer: ${issuers.map(({ name }) => name).join(' or ')}.`,
    );
  }
  const waysIn = chooseWaysIn(service, wishes.waysIn);
  if (waysIn.kind === 'unclear') return waysIn;
  const { cluster, namespace, name } = service;
  return {
    kind: 'chosen',
    request: {
      intent: 'enable',
      service: { cluster, namespace, name },
      waysIn: waysIn.ids,
      issuer,
      exemptPaths: wishes.exemptPaths ?? [],
      preflights: wishes.preflights ?? 'let-through',
    },
  };
}

function chooseWaysIn(
  { waysIn }: EnablementServiceOption,
  wanted: string[] | undefined,
): { kind: 'ids'; ids: string[] } | Extract<ChosenPlan, { kind: 'unclear' }> {
  if (wanted && wanted.length > 0) {
    const missing = wanted.find(
      each => !waysIn.some(({ id, host }) => each === id || each === host),
    );
    return missing === undefined
      ? {
          kind: 'ids',
          ids: waysIn
            .filter(({ id, host }) =>
              wanted.some(each => each === id || each === host),
            )
            .map(({ id }) => id),
        }
      : unclear(
          `No way in ${missing}. There are: ${waysIn
            .map(({ id, host }) => `${host} (${id})`)
            .join(', ')}.`,
        );
  }
  const open = waysIn.filter(
    ({ kind, state, disabledReason }) =>
      kind === 'gateway' && state !== 'enforced' && !disabledReason,
  );
  return open.length > 0
    ? { kind: 'ids', ids: open.map(({ id }) => id) }
    : unclear(
        'No way in by a gateway can be chosen that does not require a token. Give waysIn.',
      );
}

function nameOf({
  cluster,
  namespace,
  name,
}: {
  cluster: string;
  namespace: string;
  name: string;
}): string {
  return `${cluster}/${namespace}/${name}`;
}

function unclear(problem: string): Extract<ChosenPlan, { kind: 'unclear' }> {
  return { kind: 'unclear', problem };
}
