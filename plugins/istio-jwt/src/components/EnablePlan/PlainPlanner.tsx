import { Button } from '@backstage/ui';
import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { ReactNode, useCallback } from 'react';
import { TabView } from '../../routes';
import { Section } from '../Section';
import styles from './EnablePlan.module.css';
import { PlanOutcome } from './PlanOutcome';
import { usePlan } from './usePlan';

/** A plan with nothing to choose: what it is about, the button, and what came of it. */
export function PlainPlanner({
  entityRef,
  title,
  request,
  show,
  isDisabled,
  children,
}: {
  entityRef: string;
  title: string;
  request: EnablementPlanRequest;
  show: (view: TabView) => void;
  isDisabled?: boolean;
  /** What it is about. */
  children: ReactNode;
}) {
  const subject =
    'enablementId' in request
      ? request.enablementId
      : JSON.stringify(request.service);
  const control = usePlan(
    entityRef,
    `${request.intent} ${subject}`,
    useCallback(
      (id: string) => show({ kind: 'operation', enablementId: id }),
      [show],
    ),
  );
  return (
    <>
      <Section title={title}>
        <div className={styles.submit}>
          {children}
          <Button
            variant="primary"
            isDisabled={isDisabled}
            isPending={control.state.kind === 'planning'}
            onPress={() => control.plan(request)}
          >
            Make a plan
          </Button>
        </div>
      </Section>
      <PlanOutcome
        control={control}
        request={isDisabled ? undefined : request}
      />
    </>
  );
}
