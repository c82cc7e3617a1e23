import { Alert, Button, Skeleton } from '@backstage/ui';
import { EnablementPlanRequest } from 'backstage-plugin-istio-jwt-common';
import { finishSentence } from '../../format/finishSentence';
import { Section } from '../Section';
import styles from './EnablePlan.module.css';
import { PlannedView } from './PlannedView';
import { RefusedPlan } from './RefusedPlan';
import { PlanControl } from './usePlan';

/** What planning has come to. */
export function PlanOutcome({
  control,
  request,
}: {
  control: PlanControl;
  /** What would be planned now; absent where the inputs are not complete. */
  request?: EnablementPlanRequest;
}) {
  const { state, plan } = control;
  if (state.kind === 'none') {
    return null;
  }
  if (state.kind === 'planning') {
    return (
      <Section title="The plan">
        <div role="status" aria-label="The plan is being made">
          <Skeleton width="100%" height="8rem" />
        </div>
      </Section>
    );
  }
  const again = request ?? state.request;
  if (state.kind === 'failed') {
    const { failure } = state;
    return (
      <Section title="No plan">
        <div className={styles.outcome}>
          <Alert
            role="alert"
            status={failure.kind === 'denied' ? 'danger' : 'warning'}
            icon
            title={
              failure.kind === 'denied'
                ? 'You may not plan this'
                : 'The plan could not be made'
            }
            description={`${finishSentence(
              failure.message,
            )} Your choices are kept.`}
            customActions={
              failure.kind !== 'denied' && (
                <Button
                  size="small"
                  variant="secondary"
                  onPress={() => plan(again)}
                >
                  Try again
                </Button>
              )
            }
          />
        </div>
      </Section>
    );
  }
  if (state.kind === 'refused') {
    return <RefusedPlan plan={state.plan} />;
  }
  return (
    <PlannedView
      state={state}
      control={control}
      isOutdated={
        request !== undefined &&
        JSON.stringify(request) !== JSON.stringify(state.request)
      }
      onPlanAgain={() => plan(again)}
    />
  );
}
