import {
  EnablementChoices,
  EnablementInForce,
  EnablementOptions,
  EnablementPlanRequest,
  EnablementServiceOption,
  EnablementWayInOption,
} from 'backstage-plugin-istio-jwt-common';
import { whyNotAPath } from './exemptPath';

/** Whose tokens are asked for, and what stays open, as far as it is chosen and typed. */
export interface ChoicesDraft {
  issuer: string;
  /** Those that count of the issuer. Absent: all that it has. */
  audiences?: string[];
  exemptPaths: string[];
  /** Being typed, and not among `exemptPaths` yet. */
  ownPath: string;
  preflights: 'let-through' | 'refuse';
}

/** The route to be created, as far as it is chosen. */
export interface RouteDraft {
  isWanted: boolean;
  /** Id of a gateway. */
  gateway: string;
  host: string;
  port: number;
}

/** What somebody has chosen and typed so far. */
export interface PlanDraft extends ChoicesDraft {
  /** Key of the service, see {@link keyOfService}. */
  service: string;
  waysIn: string[];
  /** A way in that is to be created instead. */
  route: RouteDraft;
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
    route: suggestRoute(service),
    issuer: issuers.length === 1 ? issuers[0].name : '',
    exemptPaths: [],
    ownPath: '',
    preflights: 'let-through',
  };
}

export function suggestRoute(
  service: EnablementServiceOption | undefined,
): RouteDraft {
  const { gateways = [], ports = [] } = service ?? {};
  return {
    isWanted: false,
    gateway: gateways.length === 1 ? gateways[0].id : '',
    host: '',
    port: ports[0]?.port ?? 0,
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
    route: fitRoute(draft.route, service),
    issuer: options.issuers.some(({ name }) => name === draft.issuer)
      ? draft.issuer
      : '',
  };
}

function fitRoute(
  route: RouteDraft,
  { gateways, ports }: EnablementServiceOption,
): RouteDraft {
  return {
    ...route,
    isWanted: route.isWanted && gateways.length > 0,
    gateway: gateways.some(({ id }) => id === route.gateway)
      ? route.gateway
      : '',
    port: ports.some(({ port }) => port === route.port)
      ? route.port
      : ports[0]?.port ?? 0,
  };
}

export function findService(
  draft: PlanDraft,
  { services }: EnablementOptions,
): EnablementServiceOption | undefined {
  return services.find(service => keyOfService(service) === draft.service);
}

/** What keeps choices from being planned, by field. */
export interface ChoicesProblems {
  issuer?: string;
  audiences?: string;
  ownPath?: string;
}

/** What keeps a draft from being planned, by field. */
export interface DraftProblems extends ChoicesProblems {
  waysIn?: string;
  gateway?: string;
  host?: string;
}

export function findProblems(draft: PlanDraft): DraftProblems {
  return {
    ...(draft.route.isWanted ? findRouteProblems(draft.route) : {}),
    ...(draft.waysIn.length === 0 && !draft.route.isWanted
      ? { waysIn: 'Choose at least one way in.' }
      : {}),
    ...findChoicesProblems(draft),
  };
}

const HOST =
  /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function findRouteProblems({ gateway, host }: RouteDraft): DraftProblems {
  return {
    ...(gateway ? {} : { gateway: 'Choose a gateway.' }),
    ...(HOST.test(host.trim())
      ? {}
      : {
          host: 'Write a full host name in lower case, such as shop.example.com, without scheme, port or wildcard.',
        }),
  };
}

export function findChoicesProblems(draft: ChoicesDraft): ChoicesProblems {
  const problems: ChoicesProblems = {};
  if (draft.audiences?.length === 0) {
    problems.audiences = 'Choose at least one audience.';
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

export function toPlanRequest(
  draft: PlanDraft,
  { cluster, namespace, name }: EnablementServiceOption,
): EnablementPlanRequest {
  const { route } = draft;
  return {
    intent: 'enable',
    service: { cluster, namespace, name },
    waysIn: route.isWanted ? [] : draft.waysIn,
    ...(route.isWanted
      ? {
          route: {
            host: route.host.trim(),
            gateway: route.gateway,
            port: route.port,
          },
        }
      : {}),
    ...toChoices(draft),
  };
}

/** A path that is typed and not added is meant, too. */
export function toChoices({
  issuer,
  audiences,
  exemptPaths,
  ownPath,
  preflights,
}: ChoicesDraft): EnablementChoices {
  return {
    issuer,
    ...(audiences ? { audiences } : {}),
    exemptPaths: addPath(exemptPaths, ownPath),
    preflights,
  };
}

/** What was chosen for what stands, as far as it is known and still offered. */
export function draftFrom(
  { choices }: EnablementInForce,
  { issuers }: EnablementOptions,
): ChoicesDraft {
  const issuer = issuers.find(({ name }) => name === choices?.issuer);
  return {
    issuer: issuer?.name ?? '',
    ...(issuer && choices?.audiences ? { audiences: choices.audiences } : {}),
    exemptPaths: choices?.exemptPaths ?? [],
    ownPath: '',
    preflights: choices?.preflights ?? 'let-through',
  };
}

export function addPath(paths: string[], path: string): string[] {
  const trimmed = path.trim();
  return trimmed && !paths.includes(trimmed) ? [...paths, trimmed] : paths;
}
