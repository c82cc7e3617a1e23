import { Mesh, Resource } from 'istio-jwt-policy-engine';
import { listCached } from '../../entity';
import { Claimant } from './listClaimants';
import { ServiceIndex } from './ServiceIndex';

/** An entity that claims half a cluster by a wide selector is a mistake; it must not fill the memory. */
const MAX_SERVICES_PER_ENTITY = 500;
const MAX_ENTITIES_PER_SERVICE = 20;
const NOBODY: Claimant[] = [];

/** Which entities claim which Services of one cluster. */
export class ClaimTable {
  index?: ServiceIndex;
  private services: Resource[] = [];
  private pods: Resource[] = [];
  private claimants?: Claimant[];
  private byService = new Map<string, Claimant[]>();

  constructor(private readonly cluster: string) {}

  /** In the order of their refs. */
  get(namespace: string, name: string): Claimant[] {
    return this.byService.get(`${namespace}/${name}`) ?? NOBODY;
  }

  /** Matches anew where Services, Pods or entities are others than before. */
  async update(
    mesh: Mesh,
    claimants: Claimant[],
    yieldTurn: () => Promise<void>,
  ): Promise<void> {
    const services = listCached(mesh, 'Service');
    const pods = listCached(mesh, 'Pod');
    const sameObjects =
      sameElements(services, this.services) && sameElements(pods, this.pods);
    if (this.index && sameObjects && claimants === this.claimants) {
      return;
    }
    if (!this.index || !sameObjects) {
      this.index = await ServiceIndex.create(services, pods, yieldTurn);
    }
    const byService = new Map<string, Claimant[]>();
    for (const claimant of claimants) {
      const { selector, namespace, cluster } = claimant.target;
      if (!cluster || cluster === this.cluster) {
        const found = this.index.find(selector, namespace);
        for (const service of found.slice(0, MAX_SERVICES_PER_ENTITY)) {
          const key = `${service.namespace}/${service.name}`;
          const known = byService.get(key) ?? [];
          if (known.length < MAX_ENTITIES_PER_SERVICE) {
            known.push(claimant);
          }
          byService.set(key, known);
        }
        await yieldTurn();
      }
    }
    this.byService = byService;
    this.services = services;
    this.pods = pods;
    this.claimants = claimants;
  }
}

function sameElements(a: Resource[], b: Resource[]): boolean {
  return (
    a === b ||
    (a.length === b.length && a.every((each, index) => each === b[index]))
  );
}
