import { Alert, Text } from '@backstage/ui';
import { describePattern } from '../../format/describePattern';
import { Prose } from '../Prose';
import { Section } from '../Section';
import { AffectedSection } from './AffectedSection';
import { ChangesSection } from './ChangesSection';
import { ConsideredPatterns } from './ConsideredPatterns';
import { EffectsSection } from './EffectsSection';
import styles from './EnablePlan.module.css';
import { PlanFindings } from './PlanFindings';
import { StartSection } from './StartSection';
import { PlanControl, PlanState } from './usePlan';

/** A plan in full, and the way to start it. */
export function PlannedView({
  state,
  control,
  isOutdated,
  onPlanAgain,
}: {
  state: Extract<PlanState, { kind: 'planned' }>;
  control: PlanControl;
  /** The inputs changed since. */
  isOutdated: boolean;
  onPlanAgain: () => void;
}) {
  const { plan } = state;
  return (
    <>
      <Section title="The plan">
        <div className={styles.outcome}>
          {isOutdated && (
            <Alert
              role="status"
              status="warning"
              icon
              title="The choices above have changed since"
              description="This plan is of what was chosen before. Make it again to see what the present choices do."
            />
          )}
          {plan.pattern && (
            <Text as="h3" variant="body-large" weight="bold">
              {describePattern(plan.pattern)}
            </Text>
          )}
          <Text as="p" variant="body-medium">
            <Prose text={plan.why} />
          </Text>
          <ConsideredPatterns considered={plan.considered} />
        </div>
      </Section>
      <EffectsSection plan={plan} />
      <AffectedSection affected={plan.affected} />
      <PlanFindings {...plan.findings} />
      <ChangesSection
        changes={plan.changes}
        commands={plan.commands}
        writing={plan.writing}
      />
      <StartSection
        state={state}
        control={control}
        isOutdated={isOutdated}
        onPlanAgain={onPlanAgain}
      />
    </>
  );
}
