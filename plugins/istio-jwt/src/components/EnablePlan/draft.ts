import {
  EnablementOptions,
  EnablementPlanRequest,
  EnablementServiceOption,
  EnablementWayInOption,
} from 'backstage-plugin-istio-jwt-common';
import { whyNotAPath } from './exemptPath';

/** What somebody has chosen and typed so far. */
export interface PlanDraft {
  /** Key of the service, see {@link keyOfService}. */
  service: string;
  waysIn: string[];
  issuer: string;
  exemptPaths: string[];
  /** Being typed, and not among `exemptPaths` yet. */
  ownPath: string;
  preflights: 'let-through' | 'refuse';
}

export function keyOfService({
  cluster,
  namespace,
  name,
}: Pick<EnablementServiceOption, 'cluster' | 'namespace' | 'name'>): string {
  return `${cluster}/${namespace}/${name}`;
}

/** Choices that most people would make: every way in by gateways that is not enforced yet. */
export function createDraft({
  services,
  issuers,
}: EnablementOptions): PlanDraft {
  const service =
    services.find(each => each.waysIn.some(needsToken)) ?? services[0];
  return {
    service: service ? keyOfService(service) : '',
    waysIn: service ? suggestWaysIn(service) : [],
    issuer: issuers.length === 1 ? issuers[0].name : '',
    exemptPaths: [],
    ownPath: '',
    preflights: 'let-through',
  };
}

export function suggestWaysIn({ waysIn }: EnablementServiceOption): string[] {
  const open = waysIn.filter(needsToken);
  const byGateway = open.filter(({ kind }) => kind === 'gateway');
  return (byGateway.length > 0 ? byGateway : open).map(({ id }) => id);
}

/** Whether there is something to do about a way in, and it can be done. */
export function needsToken({
  disabledReason,
  state,
}: EnablementWayInOption): boolean {
  return disabledReason === undefined && state !== 'enforced';
}

/** A draft as far as it still fits what there is. */
export function fitDraft(
  draft: PlanDraft,
  options: EnablementOptions,
): PlanDraft {
  const service = findService(draft, options);
  if (!service) {
    return { ...createDraft(options), exemptPaths: draft.exemptPaths };
  }
  const known = new Set(
    service.waysIn
      .filter(({ disabledReason }) => disabledReason === undefined)
      .map(({ id }) => id),
  );
  return {
    ...draft,
    waysIn: draft.waysIn.filter(id => known.has(id)),
    issuer: options.issuers.some(({ name }) => name === draft.issuer)
      ? draft.issuer
      : '',
  };
}

export function findService(
  draft: PlanDraft,
  { services }: EnablementOptions,
): EnablementServiceOption | undefined {
  return services.find(service => keyOfService(service) === draft.service);
}

/** What keeps a draft from being planned, by field. */
export interface DraftProblems {
  waysIn?: string;
  issuer?: string;
  ownPath?: string;
}

export function findProblems(draft: PlanDraft): DraftProblems {
  const problems: DraftProblems = {};
  if (draft.waysIn.length === 0) {
    problems.waysIn = 'Choose at least one way in.';
  }
  if (!draft.issuer) {
    problems.issuer = 'Choose the issuer whose tokens are asked for.';
  }
  const ownPath = draft.ownPath.trim();
  const why = ownPath ? whyNotAPath(ownPath) : undefined;
  if (why) {
    problems.ownPath = why;
  }
  return problems;
}

/** A path that is typed and not added is meant, too. */
export function toPlanRequest(
  draft: PlanDraft,
  { cluster, namespace, name }: EnablementServiceOption,
): EnablementPlanRequest {
  return {
    intent: 'enable',
    service: { cluster, namespace, name },
    waysIn: draft.waysIn,
    issuer: draft.issuer,
    exemptPaths: addPath(draft.exemptPaths, draft.ownPath),
    preflights: draft.preflights,
  };
}

export function addPath(paths: string[], path: string): string[] {
  const trimmed = path.trim();
  return trimmed && !paths.includes(trimmed) ? [...paths, trimmed] : paths;
}
