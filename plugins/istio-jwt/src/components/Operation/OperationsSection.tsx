import { Alert, Button, Link, Skeleton, Text } from '@backstage/ui';
import { EnablementSummary } from 'backstage-plugin-istio-jwt-common';
import { describeIntent } from '../../format/describeIntent';
import { labelPhase } from '../../format/describePhase';
import {
  EnablementListView,
  useEnablementList,
} from '../../live/useEnablementList';
import { linkToView, useTabPath } from '../../routes';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';
import { RelativeTime } from '../RelativeTime';
import { Section } from '../Section';

/** Operations of the entity, those that are over included. */
export function OperationsSection({ entityRef }: { entityRef: string }) {
  const { view, retry } = useEnablementList(entityRef);
  return (
    <Section
      title="Operations"
      summary={
        view.kind === 'ready' && view.items.length === 0
          ? 'None yet.'
          : undefined
      }
    >
      <OperationsBody view={view} onRetry={retry} />
    </Section>
  );
}

function OperationsBody({
  view,
  onRetry,
}: {
  view: EnablementListView;
  onRetry: () => void;
}) {
  if (view.kind === 'loading') {
    return (
      <div role="status" aria-label="Operations are loading">
        <Skeleton width="100%" height="2rem" />
      </div>
    );
  }
  if (view.kind === 'failed') {
    return (
      <Alert
        status="warning"
        icon
        title="Operations could not be read"
        description={view.message}
        customActions={
          <Button size="small" variant="secondary" onPress={onRetry}>
            Try again
          </Button>
        }
      />
    );
  }
  if (view.items.length === 0) {
    return null;
  }
  return (
    <>
      <OperationsTable items={view.items} />
      {view.hasMore && (
        <Text as="p" variant="body-small" color="secondary">
          Older ones are kept, and given by the API.
        </Text>
      )}
    </>
  );
}

function OperationsTable({ items }: { items: EnablementSummary[] }) {
  const tabPath = useTabPath();
  return (
    <DataTable
      label="Operations"
      columns={['What', 'When', 'By', 'Ways in', 'Phase', 'Outcome']}
      rows={items.map(item => ({
        key: item.id,
        tone: item.phase === 'failed' ? 'danger' : undefined,
        cells: [
          <Link
            href={linkToView(tabPath, {
              kind: 'operation',
              enablementId: item.id,
            })}
          >
            {nameOperation(item)}
          </Link>,
          <RelativeTime at={item.createdAt} />,
          item.approvedBy
            ? `${item.startedBy}, approved by ${item.approvedBy}`
            : item.startedBy,
          item.waysIn.map(({ host, port }) => `${host}:${port}`).join(', '),
          labelPhase(item.phase),
          item.outcome ? <Prose text={item.outcome} /> : '–',
        ],
      }))}
    />
  );
}

/** Such as `Require tokens of company`. */
export function nameOperation({
  intent,
  issuer,
}: Pick<EnablementSummary, 'intent' | 'issuer'>): string {
  return describeIntent(intent).name(issuer);
}
