import {
  Finding,
  ServiceAssessment,
  WayInAssessment,
} from 'istio-jwt-policy-engine';
import { ClusterMirror } from '../../cluster';
import { findingsOfIssuers, IssuerKeys } from '../../jwks';
import { judgeService } from '../../status/assessEntity';
import {
  CoverageDetail,
  CoverageRow,
  FacetRow,
  HostRow,
  keyOfService,
  rankState,
  shortDigest,
} from '../rows';
import { Claimant } from './listClaimants';
import { ProbeFacts } from './ProbeFacts';

/** What stands in the index for one Service. */
export interface IndexedService {
  serviceKey: string;
  rows: IndexedRow[];
}

export interface IndexedRow {
  row: Omit<CoverageRow, 'stale_since' | 'stale_reason'>;
  facets: FacetRow[];
  hosts: HostRow[];
}

const MAX_LISTED = 20;
const MAX_FACETS = 200;
const MAX_REASON = 500;
const MAX_VALUE = 500;
const MAX_ADDRESS = 300;
const MAX_HOSTS = 200;
const MAX_SEARCH = 4000;
const MAX_WARNINGS = 999;
const MAX_ERRORS = 1_000_000;

/**
 * The rows of one Service: one for each entity that claims it, best first, or one without an
 * entity.
 *
 * @param suggestClaim - annotations that would claim it; asked for where nobody does
 */
export function describeRows(options: {
  mirror: ClusterMirror;
  assessment: ServiceAssessment;
  claimants: Claimant[];
  /** How many entities claim it, shown or not. */
  claimedBy: number;
  keys: IssuerKeys | undefined;
  probes: (entityRef: string) => ProbeFacts | undefined;
  suggestClaim: () => Record<string, string>;
}): IndexedService {
  const { mirror, assessment, claimants } = options;
  const { namespace, name } = assessment.service;
  const cluster = mirror.config.name;
  const serviceKey = keyOfService({ cluster, namespace, name });
  const keyFindings =
    options.keys && !mirror.reading
      ? findingsOfIssuers(assessment, options.keys)
      : [];
  const rows = (claimants.length > 0 ? claimants : [undefined]).map(
    (claimant, rank) => {
      const facts = claimant && options.probes(claimant.entityRef);
      const judged = judgeService(
        mirror,
        assessment,
        claimant?.target.hosts ?? [],
        facts?.disagreeing ?? [],
      );
      const findings = [...judged.findings, ...keyFindings];
      const gateways = uniqueTexts(
        judged.waysIn.flatMap(wayIn => nameGateway(cluster, wayIn) ?? []),
      );
      const issuers = uniqueTexts(
        judged.waysIn.flatMap(wayIn => wayIn.issuers.map(use => use.issuer)),
      );
      const counts = countFindings(findings);
      const detail: CoverageDetail = {
        issuers: issuers.slice(0, MAX_LISTED),
        gateways: gateways.slice(0, MAX_LISTED),
        waysIn: countBy(judged.waysIn.map(({ state }) => state)),
        findingIds: [...counts.ids.keys()],
        ...(claimant ? {} : { claim: options.suggestClaim() }),
        ...(options.claimedBy > 1 ? { claimedBy: options.claimedBy } : {}),
      };
      const title = cleanText(claimant?.title || name, 255);
      const row = {
        row_key: shortDigest(`${serviceKey} ${claimant?.key ?? ''}`),
        service_key: serviceKey,
        entity_key: claimant?.key ?? '',
        entity_ref: claimant?.entityRef ?? null,
        owners: JSON.stringify(claimant?.owners ?? []),
        claim_rank: rank,
        cluster,
        sandbox: mirror.config.sandbox,
        namespace,
        name,
        title,
        sort_title: title.toLowerCase().slice(0, 255),
        owner: cleanText(claimant?.owner ?? '', 255),
        system: cleanText(claimant?.system ?? '', 255),
        domain: cleanText(claimant?.domain ?? '', 255),
        state: judged.state,
        state_rank: rankState(judged.state),
        reason: cleanText(judged.reason, MAX_REASON),
        errors: counts.error,
        warnings: counts.warning,
        infos: counts.info,
        finding_weight:
          Math.min(counts.error, MAX_ERRORS) * (MAX_WARNINGS + 1) +
          Math.min(counts.warning, MAX_WARNINGS),
        last_probe_at: facts?.lastProbeAt ?? 0,
        detail: cleanText(JSON.stringify(detail), Infinity),
        search: cleanText(
          [
            title,
            claimant?.entityRef ?? '',
            claimant?.owner ?? '',
            claimant?.system ?? '',
            cluster,
            namespace,
            name,
            ...uniqueTexts(judged.waysIn.map(({ host }) => host)),
            ...issuers,
          ].join('\n'),
          MAX_SEARCH,
        ).toLowerCase(),
      };
      const facets = [
        ...issuers.map(value => ({ kind: 'issuer' as const, value, count: 1 })),
        ...listSoleIssuers(judged.waysIn),
        ...gateways.map(value => ({
          kind: 'gateway' as const,
          value,
          count: 1,
        })),
        ...[...counts.ids].map(([value, count]) => ({
          kind: 'finding' as const,
          value,
          count,
        })),
      ]
        .slice(0, MAX_FACETS)
        .map(facet => ({ row_key: row.row_key, ...facet }));
      const hosts = listHosts(cluster, judged.waysIn).map(host => ({
        row_key: row.row_key,
        ...host,
      }));
      const digest = shortDigest(JSON.stringify([row, facets, hosts]));
      return { row: { ...row, digest }, facets, hosts };
    },
  );
  return { serviceKey, rows };
}

function nameGateway(
  cluster: string,
  { gateway }: Pick<WayInAssessment, 'gateway'>,
): string | undefined {
  return gateway && `${cluster}/${gateway.namespace ?? ''}/${gateway.name}`;
}

/** Issuers without which some way in has nobody to trust. */
function listSoleIssuers(
  waysIn: WayInAssessment[],
): Pick<FacetRow, 'kind' | 'value' | 'count'>[] {
  const counts = new Map<string, number>();
  for (const { issuers } of waysIn) {
    const [issuer, ...others] = uniqueTexts(issuers.map(use => use.issuer));
    if (issuer !== undefined && others.length === 0) {
      counts.set(issuer, (counts.get(issuer) ?? 0) + 1);
    }
  }
  return [...counts].map(([value, count]) => ({
    kind: 'sole-issuer' as const,
    value,
    count,
  }));
}

/** Each host and port once, with its worst way in. */
function listHosts(
  cluster: string,
  waysIn: WayInAssessment[],
): Omit<HostRow, 'row_key'>[] {
  const hosts = new Map<string, Omit<HostRow, 'row_key'>>();
  for (const wayIn of waysIn) {
    const name = nameGateway(cluster, wayIn);
    if (name === undefined) {
      continue;
    }
    const { protocol, host, port, state } = wayIn;
    const gateway = cleanText(name, MAX_VALUE);
    const address = cleanText(`${protocol}://${host}:${port}`, MAX_ADDRESS);
    const key = `${gateway} ${address}`;
    const known = hosts.get(key);
    const rank = rankState(state);
    if (!known || rank < known.state_rank) {
      hosts.set(key, { gateway, address, state, state_rank: rank });
    }
  }
  return [...hosts.values()]
    .sort((a, b) => a.state_rank - b.state_rank)
    .slice(0, MAX_HOSTS);
}

/** PostgreSQL takes no NUL, and no half of a character. */
function cleanText(text: string, length: number): string {
  return Buffer.from(text.split('\0').join('').slice(0, length)).toString();
}

function uniqueTexts(texts: string[]): string[] {
  return [...new Set(texts.map(text => cleanText(text, MAX_VALUE)))].sort();
}

function countBy<K extends string>(keys: K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) {
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function countFindings(findings: Finding[]) {
  const counts = { error: 0, warning: 0, info: 0 };
  const ids = new Map<string, number>();
  for (const { id, severity } of findings) {
    counts[severity] += 1;
    ids.set(id, (ids.get(id) ?? 0) + 1);
  }
  return { ...counts, ids };
}
