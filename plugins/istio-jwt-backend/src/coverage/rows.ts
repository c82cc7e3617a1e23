import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { ProtectionState, STATES_WORST_FIRST } from 'istio-jwt-policy-engine';
import { digestRef } from '../storage/digestRef';

/** The index in the plugin's database. */
export const COVERAGE = 'istio_jwt_coverage';
export const FACETS = 'istio_jwt_coverage_facets';
export const HOSTS = 'istio_jwt_coverage_hosts';
export const SPANS = 'istio_jwt_coverage_spans';
export const DAYS = 'istio_jwt_coverage_days';
export const EXCEPTIONS = 'istio_jwt_exceptions';

export type FacetKind =
  | 'issuer'
  /** Some way in trusts this issuer and no other; `count` says how many do. */
  | 'sole-issuer'
  | 'gateway'
  | 'finding';

/** What nobody filters or sorts by. */
export interface CoverageDetail {
  issuers: string[];
  gateways: string[];
  waysIn: CoverageService['waysIn'];
  findingIds: string[];
  claim?: Record<string, string>;
  /** How many entities claim the Service, where more than one does. */
  claimedBy?: number;
}

/** PostgreSQL gives bigints as strings, SQLite booleans as numbers. */
export interface CoverageRow {
  row_key: string;
  service_key: string;
  /** Empty: no entity claims the Service. */
  entity_key: string;
  entity_ref: string | null;
  owners: string;
  claim_rank: number;
  cluster: string;
  sandbox: boolean | number;
  namespace: string;
  name: string;
  title: string;
  sort_title: string;
  owner: string;
  system: string;
  domain: string;
  state: ProtectionState;
  state_rank: number;
  reason: string;
  errors: number;
  warnings: number;
  infos: number;
  finding_weight: number;
  last_probe_at: number | string;
  stale_since: number | string | null;
  stale_reason: string | null;
  detail: string;
  search: string;
  digest: string;
}

export interface FacetRow {
  row_key: string;
  kind: FacetKind;
  value: string;
  count: number;
}

/** A host of a gateway that leads to a Service. */
export interface HostRow {
  row_key: string;
  /** `cluster/namespace/name` */
  gateway: string;
  /** `protocol://host:port` */
  address: string;
  state: ProtectionState;
  state_rank: number;
}

/** Half of the digest: keys are many and are sent in lists. */
export function shortDigest(text: string): string {
  return digestRef(text).slice(0, 32);
}

export function keyOfEntity(entityRef: string): string {
  return shortDigest(entityRef);
}

export function keyOfService(service: {
  cluster: string;
  namespace: string;
  name: string;
}): string {
  const { cluster, namespace, name } = service;
  return shortDigest(JSON.stringify([cluster, namespace, name]));
}

export function rankState(state: ProtectionState): number {
  return STATES_WORST_FIRST.indexOf(state);
}
