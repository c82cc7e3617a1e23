import { useApi } from '@backstage/core-plugin-api';
import { Link, Text } from '@backstage/ui';
import {
  CoverageGroup,
  CoverageGroupBy,
  CoverageGroups,
} from 'backstage-plugin-istio-jwt-common';
import { istioJwtCoverageApiRef } from '../../api';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { nameEntity } from '../../coverage/useEntityLinks';
import {
  countThings,
  formatCount,
  formatShare,
} from '../../format/formatCount';
import { useCoverageVersion } from '../../live/useCoverageVersion';
import { useLoaded } from '../../live/useLoaded';
import { DataTable } from '../DataTable';
import { LoadedFrame } from '../LoadedFrame';
import { Section } from '../Section';
import { StateCounts } from '../StateCounts';
import { GatewayHosts } from './GatewayHosts';
import { GroupServices } from './GroupServices';
import { OnDemand } from './OnDemand';

const WORDS: Record<
  CoverageGroupBy,
  { title: string; summary: string; one: string; none: string }
> = {
  owner: {
    title: 'By owner',
    summary: 'Whose services require a token, and whose do not.',
    one: 'Owner',
    none: 'No owner',
  },
  system: {
    title: 'By system',
    summary: 'Services by the system that they are a part of.',
    one: 'System',
    none: 'No system',
  },
  issuer: {
    title: 'By issuer',
    summary:
      'Who trusts whose tokens. A service that trusts several issuers is counted for each.',
    one: 'Issuer',
    none: 'No issuer is trusted',
  },
  gateway: {
    title: 'By gateway',
    summary:
      'What is behind each gateway. A service behind several is counted for each.',
    one: 'Gateway',
    none: 'Behind no gateway',
  },
  namespace: {
    title: 'By namespace',
    summary: 'Services by their namespace.',
    one: 'Namespace',
    none: 'No namespace',
  },
};

/** Services by state for each owner, system, issuer or gateway. */
export function GroupsView({ by }: { by: CoverageGroupBy }) {
  const api = useApi(istioJwtCoverageApiRef);
  const { filter } = useCoverageAddress().address;
  const { version } = useCoverageVersion();
  const { view, reload } = useLoaded(
    JSON.stringify([by, filter]),
    signal => api.listGroups(by, filter, { signal }),
    version,
  );
  const { title, summary } = WORDS[by];
  return (
    <Section title={title} summary={summary}>
      <LoadedFrame loaded={view} reload={reload} what="the groups">
        {groups => <GroupsTable groups={groups} />}
      </LoadedFrame>
    </Section>
  );
}

function GroupsTable({
  groups: { by, groups, omitted },
}: {
  groups: CoverageGroups;
}) {
  if (groups.length === 0) {
    return (
      <Text as="p" variant="body-medium">
        No service fits the filters.
      </Text>
    );
  }
  return (
    <>
      <DataTable
        label={WORDS[by].title}
        columns={[
          WORDS[by].one,
          'Enforced',
          'Services',
          'States',
          'Excepted',
          ...(by === 'issuer' ? ['If it went away'] : []),
          'Which',
        ]}
        rows={groups.map(group => ({
          key: group.key,
          cells: [
            <GroupName by={by} group={group} />,
            formatShare(group.shareEnforced),
            formatCount(group.total),
            <StateCounts states={group.states} label="Services by state" />,
            <StateCounts states={group.excepted} label="Excepted by state" />,
            ...(by === 'issuer' ? [<IssuerImpact group={group} />] : []),
            <GroupMembers by={by} group={group} />,
          ],
        }))}
      />
      {omitted > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(omitted, 'group')} with less to do{' '}
          {omitted === 1 ? 'is' : 'are'} not shown. Narrow the filters to see
          them.
        </Text>
      )}
    </>
  );
}

/** Leads to the services of a group, within the filters in view. */
function GroupName({
  by,
  group: { key },
}: {
  by: CoverageGroupBy;
  group: CoverageGroup;
}) {
  const { address, linkTo } = useCoverageAddress();
  const name = nameGroup(by, key);
  return (
    <Link href={linkTo({ filter: { ...address.filter, [by]: key } })}>
      {name}
    </Link>
  );
}

/** What refuses every token once nobody can get one of this issuer, and what only some. */
function IssuerImpact({
  group: { key, total, sole = 0 },
}: {
  group: CoverageGroup;
}) {
  const { address, linkTo } = useCoverageAddress();
  if (key === '') {
    return <>–</>;
  }
  const others = total - sole;
  return (
    <>
      {sole > 0 && (
        <Link
          href={linkTo({ filter: { ...address.filter, soleIssuer: key } })}
        >{`${countThings(
          sole,
          'service',
        )} left with no issuer on some way in`}</Link>
      )}
      {others > 0 && (
        <Text as="p" variant="body-small" color="secondary">
          {countThings(others, 'service')} {others === 1 ? 'takes' : 'take'}{' '}
          tokens of others everywhere
        </Text>
      )}
    </>
  );
}

function GroupMembers({
  by,
  group,
}: {
  by: CoverageGroupBy;
  group: CoverageGroup;
}) {
  const name = nameGroup(by, group.key);
  return by === 'gateway' && group.key ? (
    <OnDemand what="hosts" of={name}>
      <GatewayHosts gateway={group.key} />
    </OnDemand>
  ) : (
    <OnDemand what="services" of={name}>
      <GroupServices by={by} value={group.key} />
    </OnDemand>
  );
}

function nameGroup(by: CoverageGroupBy, key: string): string {
  if (key === '') {
    return WORDS[by].none;
  }
  return by === 'owner' || by === 'system'
    ? nameEntity(key, by === 'owner' ? 'group' : 'system')
    : key;
}
