import { Button, Text } from '@backstage/ui';
import {
  EnablementOptions,
  EnablementPlanRequest,
} from 'backstage-plugin-istio-jwt-common';
import { useCallback, useMemo } from 'react';
import { TabView } from '../../routes';
import { OperationsSection } from '../Operation';
import { Section } from '../Section';
import { ViewFrame } from '../ViewFrame';
import styles from './EnablePlan.module.css';
import { OptionsGate } from './OptionsGate';
import { PlanOutcome } from './PlanOutcome';
import { usePlan } from './usePlan';

/** Plans and starts taking back what an enablement wrote. */
export function DisableView({
  entityRef,
  enablementId,
  version,
  show,
}: {
  entityRef: string;
  enablementId: string;
  version: string;
  show: (view: TabView) => void;
}) {
  return (
    <ViewFrame
      title="Stop requiring a token"
      summary="Takes back what the portal wrote, in the reverse order. Policies of others stay as they are."
    >
      <OptionsGate entityRef={entityRef} version={version}>
        {options => (
          <Planner options={options} enablementId={enablementId} show={show} />
        )}
      </OptionsGate>
      <OperationsSection entityRef={entityRef} />
    </ViewFrame>
  );
}

function Planner({
  options,
  enablementId,
  show,
}: {
  options: EnablementOptions;
  enablementId: string;
  show: (view: TabView) => void;
}) {
  const control = usePlan(
    options.entityRef,
    `disable ${enablementId}`,
    useCallback(
      (id: string) => show({ kind: 'operation', enablementId: id }),
      [show],
    ),
  );
  const request = useMemo(
    (): EnablementPlanRequest => ({ intent: 'disable', enablementId }),
    [enablementId],
  );
  const service = options.services.find(
    ({ inForce }) => inForce?.enablementId === enablementId,
  );
  return (
    <>
      <Section title="What to take back">
        <div className={styles.submit}>
          <Text as="p" variant="body-medium">
            {service?.inForce
              ? `Service ${service.namespace}/${service.name} in cluster ${service.cluster} requires tokens of ${service.inForce.issuer}.`
              : 'No service of this entity is known to require a token by this operation any more.'}
          </Text>
          <Button
            variant="primary"
            isPending={control.state.kind === 'planning'}
            onPress={() => control.plan(request)}
          >
            Make a plan
          </Button>
        </div>
      </Section>
      <PlanOutcome control={control} request={request} />
    </>
  );
}
