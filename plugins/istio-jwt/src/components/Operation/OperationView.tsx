import {
  Alert,
  ButtonLink,
  Skeleton,
  Text,
  VisuallyHidden,
} from '@backstage/ui';
import { Enablement } from 'backstage-plugin-istio-jwt-common';
import { labelPhase } from '../../format/describePhase';
import { describePattern } from '../../format/describePattern';
import { EnablementControl, useEnablement } from '../../live/useEnablement';
import { linkToView, useTabPath } from '../../routes';
import { RelativeTime } from '../RelativeTime';
import { Section } from '../Section';
import { ViewFrame } from '../ViewFrame';
import { YamlDiff } from '../YamlDiff';
import { describeResource, keyOfResource } from '../../format/describeResource';
import { OperationActions } from './OperationActions';
import { OperationResult } from './OperationResult';
import { nameOperation, OperationsSection } from './OperationsSection';
import styles from './Operation.module.css';
import { PhaseStepper } from './PhaseStepper';
import { WaitingPlan } from './WaitingPlan';

/** One operation, live. */
export function OperationView({
  entityRef,
  enablementId,
}: {
  entityRef: string;
  enablementId: string;
}) {
  const control = useEnablement(entityRef, enablementId);
  const { view } = control;
  return (
    <ViewFrame
      title={
        view.kind === 'ready' ? nameOperation(view.enablement) : 'Operation'
      }
      summary={
        view.kind === 'ready' ? describeSubject(view.enablement) : undefined
      }
    >
      <OperationBody control={control} />
      <OperationsSection entityRef={entityRef} />
    </ViewFrame>
  );
}

function OperationBody({ control }: { control: EnablementControl }) {
  const { view } = control;
  const tabPath = useTabPath();
  if (view.kind === 'loading') {
    return (
      <Section title="Progress">
        <div role="status" aria-label="The operation is loading">
          <Skeleton width="100%" height="12rem" />
        </div>
      </Section>
    );
  }
  if (view.kind === 'gone') {
    return (
      <Alert
        role="alert"
        status="info"
        icon
        title="There is no such operation of this entity"
        description="It may have been kept for its time and deleted since."
        customActions={
          <ButtonLink
            size="small"
            variant="secondary"
            href={linkToView(tabPath, { kind: 'overview' })}
          >
            Back to JWT protection
          </ButtonLink>
        }
      />
    );
  }
  if (view.kind === 'failed') {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title="The operation could not be read"
        description={`${view.message} This page keeps trying.`}
      />
    );
  }
  return (
    <Operation
      enablement={view.enablement}
      refreshFailure={view.refreshFailure}
      control={control}
    />
  );
}

function Operation({
  enablement,
  refreshFailure,
  control,
}: {
  enablement: Enablement;
  refreshFailure?: string;
  control: EnablementControl;
}) {
  const { phase, pattern, startedBy, approvedBy, createdAt, hold } = enablement;
  return (
    <>
      <VisuallyHidden role="status">
        {`The operation is ${labelPhase(phase).toLowerCase()}`}
      </VisuallyHidden>
      {refreshFailure && (
        <Alert
          role="status"
          status="warning"
          icon
          title="This page is not being refreshed"
          description={`${refreshFailure} The operation goes on in the backend.`}
        />
      )}
      {control.failure && (
        <Alert
          role="alert"
          status="warning"
          icon
          title="That was refused"
          description={control.failure}
        />
      )}
      <OperationResult enablement={enablement} />
      <Section
        title="Progress"
        summary={
          <>
            Started <RelativeTime at={createdAt} /> by {startedBy}
            {approvedBy && `, approved by ${approvedBy}`}
            {hold?.enforcedBy && `, enforced by ${hold.enforcedBy}`}
            {pattern && `. ${describePattern(pattern)}`}.
          </>
        }
        actions={<OperationActions enablement={enablement} control={control} />}
      >
        <PhaseStepper enablement={enablement} />
      </Section>
      {enablement.canApprove && <WaitingPlan enablement={enablement} />}
      <Section
        title={
          enablement.phase === 'proposed'
            ? 'What is proposed'
            : 'What it writes'
        }
      >
        <div className={styles.changes}>
          {enablement.changes.map(({ ref, before, after, action }, index) => (
            <div key={`${keyOfResource(ref)} ${index}`}>
              <Text as="h3" variant="body-medium" weight="bold">
                {index + 1}. {describeResource(ref)}, {action}
              </Text>
              <YamlDiff
                before={before}
                after={after}
                label={`Change to ${describeResource(ref)}`}
              />
            </div>
          ))}
        </div>
      </Section>
    </>
  );
}

function describeSubject({ service, waysIn }: Enablement): string {
  return `Service ${service.namespace}/${service.name} in cluster ${
    service.cluster
  }: ${waysIn.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
}
