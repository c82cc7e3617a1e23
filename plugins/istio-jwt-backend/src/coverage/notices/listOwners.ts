import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { Knex } from 'knex';
import { selectClaims } from '../read/selectRows';
import { Viewer } from '../read/Viewer';

/** Somebody who owns services that a filter means. */
export interface AffectedOwner {
  /** Entity ref. */
  owner: string;
  services: number;
  /** Value of the filter `owner` that shows them all; absent: no one value does. */
  filterOwner?: string;
}

export interface AffectedOwners {
  /** Those with most services first. */
  owners: AffectedOwner[];
  /** Services whose owner is not known, or is neither a user nor a group. */
  withoutOwner: number;
}

/**
 * Owners of the services that the caller may see and the filter means. A Service that several
 * entities claim counts for the owners of each.
 */
export async function listOwners(
  db: Knex,
  viewer: Viewer,
  filter: CoverageFilter,
): Promise<AffectedOwners> {
  const rows: { owner: string; owners: string; count: number | string }[] =
    await selectClaims(db, viewer, filter)
      .groupBy('c.owner', 'c.owners')
      .select('c.owner', 'c.owners')
      .countDistinct({ count: 'c.service_key' });
  const found = new Map<string, { services: number; by: Set<string> }>();
  let withoutOwner = 0;
  for (const { owner, owners, count } of rows) {
    const refs = new Set([owner, ...(JSON.parse(owners) as string[])]);
    const tellable = [...refs].filter(ref => /^(user|group):/.test(ref));
    withoutOwner += tellable.length === 0 ? Number(count) : 0;
    for (const ref of tellable) {
      const known = found.get(ref) ?? { services: 0, by: new Set() };
      known.services += Number(count);
      known.by.add(owner);
      found.set(ref, known);
    }
  }
  return {
    owners: [...found]
      .map(([owner, { services, by }]) => ({
        owner,
        services,
        ...(by.size === 1 ? { filterOwner: [...by][0] } : {}),
      }))
      .sort((a, b) => b.services - a.services || (a.owner < b.owner ? -1 : 1)),
    withoutOwner,
  };
}
