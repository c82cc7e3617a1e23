import { Button, Link, Text } from '@backstage/ui';
import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { nameEntity } from '../../coverage/useEntityLinks';
import { countThings } from '../../format/formatCount';
import { formatAbsolute } from '../../format/formatTime';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import { DatedProvider, StateBadge } from '../StateBadge';
import { StateCounts } from '../StateCounts';
import { ServiceColumnId } from './columns';
import styles from './CoverageServices.module.css';
import { ServiceLinks } from './useServiceLinks';

export function ServiceCell({
  column,
  service,
  links,
  canRequestExceptions,
  onClaim,
}: {
  column: ServiceColumnId;
  service: CoverageService;
  links: ServiceLinks;
  canRequestExceptions: boolean;
  onClaim: (id: string) => void;
}) {
  switch (column) {
    case 'title':
      return <TitleCell service={service} links={links} />;
    case 'state':
      return <StateCell service={service} />;
    case 'owner':
      return <OwnerCell service={service} links={links} onClaim={onClaim} />;
    case 'system':
      return <SystemCell service={service} links={links} />;
    case 'cluster':
      return <>{service.cluster}</>;
    case 'namespace':
      return <>{service.namespace}</>;
    case 'issuers':
      return <TextList texts={service.issuers} />;
    case 'waysIn':
      return <StateCounts states={service.waysIn} label="Ways in by state" />;
    case 'findings':
      return <FindingsCell service={service} />;
    case 'lastProbe':
      return service.lastProbeAt ? (
        <RelativeTime at={service.lastProbeAt} />
      ) : (
        <>Never</>
      );
    default:
      return (
        <ExceptionCell
          service={service}
          links={links}
          canRequestExceptions={canRequestExceptions}
        />
      );
  }
}

function Nothing() {
  return <>–</>;
}

interface CellProps {
  service: CoverageService;
  links: ServiceLinks;
}

function TitleCell({ service, links }: CellProps) {
  const tab = service.entityRef && links.toTab(service.entityRef);
  const isNamedOtherwise = service.title !== service.name;
  return (
    <div className={styles.stack}>
      {tab ? (
        <Link href={tab} weight="bold">
          {service.title}
        </Link>
      ) : (
        <Text weight="bold">{service.title}</Text>
      )}
      {isNamedOtherwise && (
        <Text variant="body-small" color="secondary">
          Service {service.name}
        </Text>
      )}
      {service.sandbox && (
        <Text variant="body-small" color="secondary">
          Sandbox
        </Text>
      )}
    </div>
  );
}

function StateCell({
  service: { state, reason, stale },
}: {
  service: CoverageService;
}) {
  return (
    <div className={styles.stack}>
      <DatedProvider value={stale !== undefined}>
        <StateBadge state={state} />
      </DatedProvider>
      <span className={styles.reason} title={reason}>
        <Text variant="body-small" color="secondary">
          <Prose text={reason} />
        </Text>
      </span>
      {stale && (
        <span title={`${stale.reason} (${formatAbsolute(stale.since)})`}>
          <Text variant="body-small" color="warning">
            Cluster not read since <RelativeTime at={stale.since} />
          </Text>
        </span>
      )}
    </div>
  );
}

function SystemCell({ service: { system, domain }, links }: CellProps) {
  if (!system && !domain) {
    return <Nothing />;
  }
  return (
    <div className={styles.stack}>
      {system && <EntityName entityRef={system} kind="system" links={links} />}
      {domain && (
        <Text variant="body-small" color="secondary">
          Domain {nameEntity(domain, 'domain')}
        </Text>
      )}
    </div>
  );
}

function OwnerCell({
  service: { id, owner, claim, claimedBy },
  links,
  onClaim,
}: CellProps & { onClaim: (id: string) => void }) {
  if (owner || claimedBy) {
    return (
      <div className={styles.stack}>
        {owner && <EntityName entityRef={owner} kind="group" links={links} />}
        {claimedBy && (
          <Text variant="body-small" color="warning">
            Claimed by {claimedBy} entities
          </Text>
        )}
      </div>
    );
  }
  return claim ? (
    <div className={styles.stack}>
      Claimed by nobody
      <Button
        className={styles.action}
        size="small"
        variant="secondary"
        onPress={() => onClaim(id)}
      >
        Claim it
      </Button>
    </div>
  ) : (
    <Nothing />
  );
}

function EntityName({
  entityRef,
  kind,
  links,
}: {
  entityRef: string;
  kind: string;
  links: ServiceLinks;
}) {
  const path = links.toEntity(entityRef);
  const name = nameEntity(entityRef, kind);
  return path ? <Link href={path}>{name}</Link> : <>{name}</>;
}

function TextList({ texts }: { texts: string[] }) {
  return texts.length === 0 ? (
    <Nothing />
  ) : (
    <ul className={styles.list}>
      {texts.map(text => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function FindingsCell({ service: { findings } }: { service: CoverageService }) {
  const { error, warning, info } = findings;
  const parts = [
    error > 0 && countThings(error, 'error'),
    warning > 0 && countThings(warning, 'warning'),
    info > 0 && countThings(info, 'note'),
  ].filter(Boolean);
  return <>{parts.length > 0 ? parts.join(', ') : 'None'}</>;
}

function ExceptionCell({
  service,
  links,
  canRequestExceptions,
}: CellProps & { canRequestExceptions: boolean }) {
  const { exception } = service;
  if (!exception) {
    return canRequestExceptions && service.state !== 'enforced' ? (
      <AskForException service={service} links={links} />
    ) : (
      <Nothing />
    );
  }
  const { id, state, covers, expiresAt } = exception;
  return (
    <div className={styles.stack}>
      <Link href={links.toException({ kind: 'one', id })}>
        {covers === 'service' ? 'Whole service' : 'A part of it'}
      </Link>
      <Text variant="body-small" color="secondary">
        {state === 'requested' ? 'Not approved yet, ends' : 'Ends'}{' '}
        {formatAbsolute(expiresAt)}
      </Text>
    </div>
  );
}

function AskForException({
  service: { cluster, namespace, name, title },
  links,
}: CellProps) {
  const service = `${cluster}/${namespace}/${name}`;
  return (
    <Link
      href={links.toException({ kind: 'new', service })}
      aria-label={`Ask for an exception for ${title}`}
    >
      Ask for an exception
    </Link>
  );
}
