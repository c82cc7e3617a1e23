import { Button, Link, Text } from '@backstage/ui';
import { CoverageService } from 'backstage-plugin-istio-jwt-common';
import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { nameEntity, useEntityLinks } from '../../coverage/useEntityLinks';
import { countThings } from '../../format/formatCount';
import { formatAbsolute } from '../../format/formatTime';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import { DatedProvider, StateBadge } from '../StateBadge';
import { StateCounts } from '../StateCounts';
import { ServiceColumnId } from './columns';
import styles from './CoverageServices.module.css';

export function ServiceCell({
  column,
  service,
  canRequestExceptions,
  onClaim,
}: {
  column: ServiceColumnId;
  service: CoverageService;
  canRequestExceptions: boolean;
  onClaim: () => void;
}) {
  switch (column) {
    case 'title':
      return <TitleCell service={service} />;
    case 'state':
      return <StateCell service={service} />;
    case 'owner':
      return <OwnerCell service={service} onClaim={onClaim} />;
    case 'system':
      return <SystemCell service={service} />;
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
          canRequestExceptions={canRequestExceptions}
        />
      );
  }
}

function Nothing() {
  return <>–</>;
}

function TitleCell({ service }: { service: CoverageService }) {
  const { toTab } = useEntityLinks();
  const tab = service.entityRef && toTab(service.entityRef);
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

function SystemCell({
  service: { system, domain },
}: {
  service: CoverageService;
}) {
  if (!system && !domain) {
    return <Nothing />;
  }
  return (
    <div className={styles.stack}>
      {system && <EntityName entityRef={system} kind="system" />}
      {domain && (
        <Text variant="body-small" color="secondary">
          Domain {nameEntity(domain, 'domain')}
        </Text>
      )}
    </div>
  );
}

function OwnerCell({
  service: { owner, claim },
  onClaim,
}: {
  service: CoverageService;
  onClaim: () => void;
}) {
  if (owner) {
    return <EntityName entityRef={owner} kind="group" />;
  }
  return claim ? (
    <div className={styles.stack}>
      Claimed by nobody
      <Button size="small" variant="secondary" onPress={onClaim}>
        Claim it
      </Button>
    </div>
  ) : (
    <Nothing />
  );
}

function EntityName({ entityRef, kind }: { entityRef: string; kind: string }) {
  const { toEntity } = useEntityLinks();
  const path = toEntity(entityRef);
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
  canRequestExceptions,
}: {
  service: CoverageService;
  canRequestExceptions: boolean;
}) {
  const { linkTo } = useCoverageAddress();
  const { exception } = service;
  if (!exception) {
    return canRequestExceptions && service.state !== 'enforced' ? (
      <AskForException service={service} />
    ) : (
      <Nothing />
    );
  }
  const { id, state, covers, expiresAt } = exception;
  const href = linkTo({
    view: 'exceptions',
    exception: { kind: 'one', id },
  });
  return (
    <div className={styles.stack}>
      <Link href={href}>
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
}: {
  service: CoverageService;
}) {
  const { linkTo } = useCoverageAddress();
  const href = linkTo({
    view: 'exceptions',
    exception: { kind: 'new', service: `${cluster}/${namespace}/${name}` },
  });
  return (
    <Link href={href} aria-label={`Ask for an exception for ${title}`}>
      Ask for an exception
    </Link>
  );
}
