import { Mesh } from 'istio-jwt-policy-engine';
import { OwnershipRule } from '../../config/types';
import { mayOwn, ServiceIndex } from '../../entity';
import { Claimant } from './listClaimants';

/** An entity that claims half a cluster by a wide selector is a mistake; it must not fill the memory. */
const MAX_SERVICES_PER_ENTITY = 500;
const MAX_ENTITIES_PER_SERVICE = 20;
const NOBODY: Claims = { shown: [], total: 0 };

/** The entities that claim one Service. */
export interface Claims {
  /** Best first, and not more than a page has room for. */
  shown: Claimant[];
  total: number;
}

interface Claim {
  claimant: Claimant;
  /** How many Services its annotations mean. */
  width: number;
}

/** Which entities claim which Services of one cluster. */
export class ClaimTable {
  index?: ServiceIndex;
  private matched = '';
  private claimants?: Claimant[];
  private byService = new Map<string, Claims>();

  constructor(
    private readonly cluster: string,
    private readonly ownership?: readonly OwnershipRule[],
  ) {}

  get(namespace: string, name: string): Claims {
    return this.byService.get(`${namespace}/${name}`) ?? NOBODY;
  }

  /** Matches anew where Services, Pods or entities are others than before. */
  async update(
    mesh: Mesh,
    claimants: Claimant[],
    yieldTurn: () => Promise<void>,
  ): Promise<void> {
    const index = ServiceIndex.of(mesh);
    const matched = `${mesh.revisionOf('Service')} ${mesh.revisionOf('Pod')}`;
    if (
      index === this.index &&
      matched === this.matched &&
      claimants === this.claimants
    ) {
      return;
    }
    this.index = index;
    const steps = index.follow();
    while (!steps.next().done) {
      await yieldTurn();
    }
    const byService = new Map<string, { kept: Claim[]; total: number }>();
    for (const claimant of claimants) {
      const { selector, namespace, cluster } = claimant.target;
      if (!cluster || cluster === this.cluster) {
        const found = index.find(selector, namespace);
        const own = found.filter(service =>
          mayOwn(this.ownership, service.namespace, claimant.target.owners),
        );
        for (const service of own.slice(0, MAX_SERVICES_PER_ENTITY)) {
          const key = `${service.namespace}/${service.name}`;
          const known = byService.get(key) ?? { kept: [], total: 0 };
          known.total += 1;
          known.kept.push({ claimant, width: found.length });
          if (known.kept.length > MAX_ENTITIES_PER_SERVICE) {
            dropWeakest(known.kept);
          }
          byService.set(key, known);
        }
        await yieldTurn();
      }
    }
    this.byService = new Map(
      [...byService].map(([key, { kept, total }]) => [
        key,
        {
          shown: kept.sort(compareClaims).map(({ claimant }) => claimant),
          total,
        },
      ]),
    );
    this.matched = matched;
    this.claimants = claimants;
  }
}

/**
 * Annotations cost nothing, so that neither many entities of one owner nor wide selectors push out
 * whoever means the Service alone.
 */
function dropWeakest(claims: Claim[]): void {
  const perOwner = new Map<string, number>();
  for (const { claimant } of claims) {
    perOwner.set(claimant.owner, (perOwner.get(claimant.owner) ?? 0) + 1);
  }
  const many = Math.max(...perOwner.values());
  const candidates = claims.filter(
    ({ claimant }) => perOwner.get(claimant.owner) === many,
  );
  const weakest = candidates.sort(compareClaims).at(-1)!;
  claims.splice(claims.indexOf(weakest), 1);
}

/**
 * Those that mean fewer Services first, then those that name the namespace, then those that leave out
 * no hosts: the first one counts, and a claim that looks at some ways in alone must not hide the others.
 */
function compareClaims(a: Claim, b: Claim): number {
  return (
    a.width - b.width ||
    Number(!a.claimant.target.namespace) -
      Number(!b.claimant.target.namespace) ||
    a.claimant.target.hosts.length - b.claimant.target.hosts.length ||
    (a.claimant.entityRef < b.claimant.entityRef ? -1 : 1)
  );
}
