import { FindingSeverity, ProtectionState } from 'istio-jwt-policy-engine';
import { ClusterFreshness } from './status';

/** Column by which the coverage list can be sorted. @public */
export type CoverageSort =
  | 'title'
  /** Worst state first, in the engine's order. */
  | 'state'
  | 'owner'
  | 'system'
  | 'namespace'
  | 'cluster'
  /** By errors, then warnings. */
  | 'findings'
  /** By the time of the last probe; never probed counts as the oldest. */
  | 'lastProbe';

/**
 * Which services are meant. All that are given have to fit. `owner`, `system`, `issuer` and
 * `gateway` may be the empty text: services that have none.
 *
 * @public
 */
export interface CoverageFilter {
  /** Words, each of which occurs in title, entity, owner, system, names, hosts or issuers. */
  q?: string;
  /** Any of these. */
  state?: ProtectionState[];
  /** Entity ref. */
  owner?: string;
  /** Entity ref. */
  system?: string;
  namespace?: string;
  cluster?: string;
  /** Exact `iss`. */
  issuer?: string;
  /**
   * Exact `iss`: services with a way in that trusts this issuer alone, so that it would refuse every
   * token if the issuer went away.
   */
  soleIssuer?: string;
  /** As in {@link CoverageService.gateways}. */
  gateway?: string;
  /** Id of a finding. */
  finding?: string;
  /** Whether some entity claims the service. */
  claimed?: boolean;
}

/** One Service of one cluster, with the entity that claims it. Times are ISO 8601. @public */
export interface CoverageService {
  /** Stable while the Service exists; safe in a URL. */
  id: string;
  /** Absent: no entity that the caller may see claims it. */
  entityRef?: string;
  /** Of the entity; without one, the Service's name. */
  title: string;
  /** Entity ref of the owner. */
  owner?: string;
  /** Entity ref. */
  system?: string;
  /** Entity ref, from the system. */
  domain?: string;
  cluster: string;
  /** Of the embedded mesh: it proves nothing about a real Istio. */
  sandbox: boolean;
  namespace: string;
  name: string;
  state: ProtectionState;
  /** One sentence. */
  reason: string;
  /** Each once, at most 20. */
  issuers: string[];
  /** `cluster/namespace/name`, at most 20. */
  gateways: string[];
  /** Number of ways in by state; a state without any is absent. */
  waysIn: Partial<Record<ProtectionState, number>>;
  /** Number of findings. */
  findings: Record<FindingSeverity, number>;
  /** Ids, each once. */
  findingIds: string[];
  /** Absent: never probed. */
  lastProbeAt?: string;
  /** The exception that counts most: active ones first, whole services first. */
  exception?: {
    id: string;
    state: 'requested' | 'active';
    /** `part`: of a way in, a path or a finding, which does not except the service in counts. */
    covers: 'service' | 'part';
    expiresAt: string;
  };
  /** The cluster cannot be read (or is configured no more): this is what was seen last. */
  stale?: { since: string; reason: string };
  /** How many entities claim the service, where more than one does. */
  claimedBy?: number;
  /** For services that no entity claims: what to put into catalog-info.yaml. */
  claim?: { annotations: Record<string, string> };
}

/** Answer of `GET /v1/coverage/services`. @public */
export interface CoveragePage {
  items: CoverageService[];
  /** Absent on the last page. */
  nextCursor?: string;
  /** Number of services that the filter means and the caller may see. */
  total: number;
}

/**
 * Services by state. `states` counts all of them; `excepted` says how many of those have an active
 * exception for the whole service, so that both can be shown apart and none is hidden.
 *
 * @public
 */
export interface CoverageCounts {
  total: number;
  /** Every state is present. */
  states: Record<ProtectionState, number>;
  /** Services with an active exception by state; of `enforced` none is counted. Every state is present. */
  excepted: Record<ProtectionState, number>;
  /** `states.enforced / total`, from 0 to 1: an exception does not raise it. null: there is no service. */
  shareEnforced: number | null;
}

/** How things were some days ago. @public */
export type CoverageChange =
  | { kind: 'known'; days: number; day: string; counts: CoverageCounts }
  /** `reason`: nothing was recorded on that day, or the filter cannot be applied to the past. */
  | { kind: 'unknown'; days: number; day: string; reason: string };

/** Answer of `GET /v1/coverage/summary`. Takes a {@link CoverageFilter}. @public */
export interface CoverageSummary extends CoverageCounts {
  claimed: number;
  unclaimed: number;
  /** Services of clusters that cannot be read. */
  stale: number;
  /** `own`: counted is only what the caller may see. Services that no entity claims are not among it. */
  scope: 'all' | 'own';
  /** 7 and 30 days ago. */
  changes: CoverageChange[];
  /** When the index was last compared with the clusters. Absent: it is being built for the first time. */
  indexedAt?: string;
  clusters: ClusterFreshness[];
  /** Whether the caller may ask for exceptions of at least some services. */
  canRequestExceptions: boolean;
  /** Whether the caller may have owners told. */
  canNotifyOwners: boolean;
}

/** One UTC day. @public */
export type CoverageTrendPoint =
  | ({ kind: 'recorded'; day: string } & CoverageCounts)
  /** Nothing was recorded: the backend did not run, or was not installed yet. */
  | { kind: 'gap'; day: string };

/**
 * Answer of `GET /v1/coverage/trend?days=90`. Of the filter, `owner`, `system`, `namespace`,
 * `cluster` and `claimed` are taken; they apply to how things were on each day.
 *
 * @public
 */
export interface CoverageTrend {
  /** Oldest first, the last is today; one per day. */
  points: CoverageTrendPoint[];
}

/** @public */
export type CoverageGroupBy =
  | 'owner'
  | 'system'
  | 'issuer'
  | 'gateway'
  | 'namespace';

/** @public */
export interface CoverageGroup extends CoverageCounts {
  /** Value of the filter of the same name. Empty: services that have none. */
  key: string;
  /** By issuer only: services with a way in that trusts no other issuer. */
  sole?: number;
}

/** Answer of `GET /v1/coverage/groups?by=owner`. Takes a {@link CoverageFilter}. @public */
export interface CoverageGroups {
  by: CoverageGroupBy;
  /** Those with most services that are not enforced first, at most 200. */
  groups: CoverageGroup[];
  /** Groups that were left out. */
  omitted: number;
}

/** One host of a gateway, as it leads to one service. @public */
export interface CoverageHost {
  /** `protocol://host:port`; the host is `*` where any is taken. */
  address: string;
  /** The worst of the ways in by this host. */
  state: ProtectionState;
  service: Pick<
    CoverageService,
    'id' | 'entityRef' | 'title' | 'owner' | 'cluster' | 'namespace' | 'name'
  >;
}

/** Answer of `GET /v1/coverage/hosts?gateway&limit&cursor`: worst first. @public */
export interface CoverageHostPage {
  items: CoverageHost[];
  /** Absent on the last page. */
  nextCursor?: string;
  /** Hosts of the gateway that lead to services which the filter means and the caller may see. */
  total: number;
}

/** One kind of finding over all services. @public */
export interface CoverageFinding {
  id: string;
  severity: FindingSeverity;
  title: string;
  why: string;
  fix: string;
  /** Documentation of the Istio behaviour behind it. */
  link: string;
  /** Number of services that have it. */
  services: number;
  /** Number of times it was found; what is found in a shared policy counts for each service. */
  occurrences: number;
  /** The first services by title, at most 20. All: the list with the filter `finding`. */
  affected: {
    id: string;
    entityRef?: string;
    title: string;
    cluster: string;
    namespace: string;
    name: string;
  }[];
}

/** Answer of `GET /v1/coverage/findings`. Takes a {@link CoverageFilter}. Errors first. @public */
export interface CoverageFindings {
  findings: CoverageFinding[];
}

/** Format of `GET /v1/coverage/export`. @public */
export type CoverageExportFormat = 'csv' | 'json' | 'sarif';
