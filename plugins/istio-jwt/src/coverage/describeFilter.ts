import { CoverageFilter } from 'backstage-plugin-istio-jwt-common';
import { describeState } from '../format/describeState';
import { nameEntity } from './useEntityLinks';

export interface FilterPart {
  name: keyof CoverageFilter;
  /** Such as `Owner: team-a`. */
  text: string;
}

/** Each part of a filter in words, in a fixed order. */
export function describeFilter(filter: CoverageFilter): FilterPart[] {
  const parts: (FilterPart | undefined)[] = [
    filter.q ? { name: 'q', text: `Text: ${filter.q}` } : undefined,
    filter.state?.length
      ? {
          name: 'state',
          text: `State: ${filter.state
            .map(state => describeState(state).label)
            .join(' or ')}`,
        }
      : undefined,
    describeText(
      'owner',
      'Owner',
      filter.owner && nameEntity(filter.owner, 'group'),
    ),
    describeText(
      'system',
      'System',
      filter.system && nameEntity(filter.system, 'system'),
    ),
    describeText('namespace', 'Namespace', filter.namespace),
    describeText('cluster', 'Cluster', filter.cluster),
    describeText('issuer', 'Issuer', filter.issuer),
    describeText('soleIssuer', 'Trusts only', filter.soleIssuer),
    describeText('gateway', 'Gateway', filter.gateway),
    describeText('finding', 'Finding', filter.finding),
    filter.claimed === undefined
      ? undefined
      : {
          name: 'claimed',
          text: filter.claimed ? 'Claimed by an entity' : 'Claimed by nobody',
        },
  ];
  return parts.flatMap(part => (part ? [part] : []));
}

function describeText(
  name: keyof CoverageFilter,
  label: string,
  value: string | undefined,
): FilterPart | undefined {
  return value === undefined
    ? undefined
    : { name, text: `${label}: ${value || 'none'}` };
}
