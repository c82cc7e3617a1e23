import {
  EnablementWriting,
  PullRequestTarget,
} from 'backstage-plugin-istio-jwt-common';
import { EnablementIssuer } from 'istio-jwt-policy-engine';
import { LabelSelector } from '../entity/parseLabelSelector';

/** How to reach one API server. Secrets stay inside and are never logged. */
export type ClusterAccess =
  | {
      kind: 'url';
      url: string;
      serviceAccountToken?: string;
      caData?: string;
      caFile?: string;
      skipTLSVerify: boolean;
    }
  | { kind: 'kubeconfig'; path: string; context?: string }
  | { kind: 'in-cluster' }
  /** Known by name from another plugin's config, not readable by this one. */
  | { kind: 'unsupported'; reason: string; fix: string };

/** Where probes reach a gateway, when the cluster's own objects do not tell. */
export interface GatewayOverride {
  match: { namespace: string; name: string; port?: number };
  address: { host: string; port: number };
  /** PEM bundle that signs the gateway's certificate. */
  caFile?: string;
}

/** Pods inside the mesh that probes may be sent from. */
export interface ProberConfig {
  namespace: string;
  labelSelector: LabelSelector;
  /** As written, for people. */
  selectorText: string;
  /** Absent: the first container that is no proxy. */
  container?: string;
}

/** Whose the Services of some namespaces are. */
export interface OwnershipRule {
  /** Exact, or with `*` for the beginning or the end. */
  namespaces: string[];
  /** Entity refs. */
  owners: string[];
}

export interface ClusterConfig {
  name: string;
  title?: string;
  sandbox: boolean;
  access: ClusterAccess;
  /** Only these are read (and the root namespace). Absent: all. */
  namespaces?: string[];
  rootNamespace: string;
  trustDomain: string;
  gateways: GatewayOverride[];
  /** Whether gateways without an address are reached by port-forward through the API server. */
  portForward: boolean;
  probers: ProberConfig[];
  /** Absent: annotations alone say whose Services are. */
  ownership?: OwnershipRule[];
}

export interface ProbesConfig {
  enabled: boolean;
  /** CIDRs. Empty: see the address guard's defaults. */
  allowedAddresses: string[];
  timeoutMs: number;
  maxConcurrency: number;
  /** Requests per second to one gateway address. */
  ratePerGateway: number;
  /** Ids of vectors that are only sent where they are named. */
  optIn: string[];
  /** Private JWK for the vector `fallback-key`. */
  fallbackKey?: Record<string, unknown>;
  userAgent: string;
  maxResponseBytes: number;
  /** PEM bundle, next to the roots that Node trusts. */
  caFile?: string;
}

/** A host that key sets may be fetched from. */
export interface AllowedHost {
  protocol: 'http' | 'https';
  /** In lower case. `*.example.com` for every name below; IPv6 addresses in brackets. */
  host: string;
  port: number;
}

export interface JwksConfig {
  /** Empty: no key set is fetched. */
  allowedHosts: AllowedHost[];
  /** CIDRs. Empty: see the address guard's defaults. */
  allowedAddresses: string[];
  /** Longest pause between two checks of a key set that somebody looks at. */
  intervalMs: number;
  /** PEM bundle, next to the roots that Node trusts. */
  caFile?: string;
}

/** RFC 6749 section 4.4. */
export interface ClientCredentialsConfig {
  tokenUrl: string;
  clientId: string;
  /** Stays inside and is never logged. */
  clientSecret: string;
  /** `client_secret_basic` or `client_secret_post`. */
  authentication: 'basic' | 'post';
  scope?: string;
  audience?: string;
  /** RFC 8707. */
  resources: string[];
  /** PEM bundle, next to the roots that Node trusts. */
  caFile?: string;
}

export type TokenSourceConfig = {
  /** Hosts that may see the token, such as `api.example.com` or `*.example.com`. Absent: every probed host. */
  hosts?: string[];
  /** Gateways that may see the token, as `namespace/name` or `namespace/*`. Absent: see `refuseReceiver`. */
  gateways?: string[];
} & (
  | { kind: 'static'; issuer: string; token: string }
  | { kind: 'signing-jwk'; issuer: string; jwk: Record<string, unknown> }
  | ({ kind: 'client-credentials'; issuer: string } & ClientCredentialsConfig)
  | { kind: 'sandbox-mint'; issuer?: string; url: string }
);

/** When scheduled rounds rest. `toMinute` before `fromMinute`: until the next day. */
export interface MaintenanceWindow {
  /** Absent: all clusters. */
  cluster?: string;
  /** On which it begins; Monday is 1, Sunday 7. */
  days: number[];
  /** Minutes since midnight. */
  fromMinute: number;
  toMinute: number;
  /** IANA name. */
  timezone: string;
}

export interface ScheduleConfig {
  enabled: boolean;
  intervalMs: number;
  /** Catalog filters, of which one has to match. Empty: every entity with annotations. */
  entities: Record<string, string | string[]>[];
  vectors: 'essential' | 'all';
  /** Age at which runs in which nothing disagreed are deleted. */
  retentionMs: number;
  maintenance: MaintenanceWindow[];
}

export interface NotificationsConfig {
  enabled: boolean;
  /** How long a state has to hold before its owner is told. */
  holdMs: number;
}

/** How plans for a cluster are written. */
export interface WritingConfig {
  mode: EnablementWriting['mode'];
  /** Present with `pull-request`; else for places that Argo CD or Flux keeps. */
  pullRequest?: PullRequestTarget;
}

/** Who may have what written where. Durations in ms. */
/** Lets routes be created for some hosts. */
export interface RouteHostRule {
  /** Exact, or `*.suffix` for every name below it. */
  pattern: string;
  /** Empty: every cluster. */
  clusters: string[];
  /** Gateways, or gateway workloads, as `namespace/name`. Empty: every one. */
  gateways: string[];
}

export interface EnablementConfig {
  enabled: boolean;
  writing: {
    /** Of clusters that are not named. */
    default: WritingConfig;
    /** By name of the cluster. */
    clusters: Record<string, WritingConfig>;
  };
  /** Chosen by name; nobody else's addresses ever reach istiod. */
  issuers: (EnablementIssuer & { name: string })[];
  /** `namespace`, or `cluster/namespace`. Empty: nothing is written anywhere. */
  namespaces: string[];
  /** Whether and how long real traffic is counted while a policy is tried. */
  shadow: { mode: 'off' | 'report' | 'hold'; windowMs: number };
  /** Hosts for which routes may be created. Empty: none. */
  hosts: RouteHostRule[];
  approval: {
    /** Plans that touch proxies of more other hosts than this wait for an approval. */
    otherHosts: number;
    /** Whether who asked may approve too. */
    allowSelf: boolean;
    /** Entity refs of users and groups that hear of what waits. */
    notify: string[];
  };
  deadlines: {
    planMs: number;
    approvalMs: number;
    /** How long an operation that is held waits for a decision. */
    holdMs: number;
    /** How long a proposal may take until it stands in the cluster. */
    mergeMs: number;
    /** Of every wait for proxies to follow. */
    propagationMs: number;
    operationMs: number;
    rollbackMs: number;
  };
  quotas: {
    /** Operations begun within 24 hours. */
    perEntityPerDay: number;
    /** Operations at once, over all entities. */
    running: number;
    /** Plans that one caller has made or made again within a minute, per replica. */
    plansPerMinute: number;
  };
}

/** Bounds of what a person can have owners told. */
export interface OwnerNoticesConfig {
  enabled: boolean;
  /** In which nobody is told of the same again. */
  quietMs: number;
  /** At once. */
  maxOwners: number;
  perOwnerPerDay: number;
  perSenderPerDay: number;
}

/** When owners and the platform team hear how the week was. */
export interface DigestConfig {
  enabled: boolean;
  /** Monday is 1, Sunday 7. */
  day: number;
  /** Minutes since midnight. */
  minute: number;
  /** IANA name. */
  timezone: string;
  /** Entity refs that hear of all services. */
  platformTeam: string[];
}

/** Durations in ms. */
export interface CoverageConfig {
  /** How long a list of the catalog's entities is good for. */
  catalogIntervalMs: number;
  /** Age at which daily records are deleted. */
  retentionMs: number;
  ownerNotices: OwnerNoticesConfig;
  digest: DigestConfig;
  exceptions: {
    /** Whether who asks for an exception may approve it too. */
    allowSelfApproval: boolean;
    /** How far away an end may be. */
    maxDurationMs: number;
  };
}

export interface IstioJwtConfig {
  clusters: ClusterConfig[];
  probes: ProbesConfig;
  jwks: JwksConfig;
  tokenSources: TokenSourceConfig[];
  observationRetentionMs: number;
  schedule: ScheduleConfig;
  notifications: NotificationsConfig;
  enablement: EnablementConfig;
  coverage: CoverageConfig;
}
