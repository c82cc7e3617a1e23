import { Alert, Button, Checkbox, Text } from '@backstage/ui';
import { useId } from 'react';
import { describeIntent } from '../../format/describeIntent';
import { formatDuration } from '../../format/formatTime';
import { Prose } from '../Prose';
import { useNow } from '../RelativeTime/useNow';
import { Section } from '../Section';
import styles from './EnablePlan.module.css';
import { PullRequestStart } from './PullRequestStart';
import { StartFailure } from './StartFailure';
import { PlanControl, PlanState } from './usePlan';

/** What has to be known before a plan is started, who may, and the button. */
export function StartSection({
  state: { plan, accepted, start },
  control,
  isOutdated,
  onPlanAgain,
}: {
  state: Extract<PlanState, { kind: 'planned' }>;
  control: PlanControl;
  isOutdated: boolean;
  onPlanAgain: () => void;
}) {
  const explanationId = useId();
  const left = Date.parse(plan.expiresAt) - useNow();
  const obstacle = findObstacle();

  function findObstacle(): string | undefined {
    if (isOutdated) {
      return 'Make the plan again first: the choices have changed.';
    }
    if (left <= 0) {
      return 'The plan is over. Make it again: the configuration may have changed.';
    }
    return plan.warnings.every(warning => accepted.includes(warning))
      ? undefined
      : 'Tick every warning first.';
  }

  return (
    <Section
      title={plan.writing.mode === 'copy' ? 'Before you apply it' : 'Start'}
    >
      <div className={styles.outcome}>
        {plan.warnings.length > 0 && (
          <fieldset className={styles.warnings}>
            <legend>What the plan cannot know</legend>
            {plan.warnings.map(warning => (
              <Checkbox
                key={warning}
                className={styles.choice}
                isSelected={accepted.includes(warning)}
                onChange={isAccepted => control.accept(warning, isAccepted)}
              >
                <Prose text={warning} />
              </Checkbox>
            ))}
          </fieldset>
        )}
        {plan.writing.mode === 'pull-request' && (
          <PullRequestStart
            plan={plan}
            obstacle={obstacle}
            goodFor={formatDuration(left)}
          />
        )}
        {plan.writing.mode === 'copy' && (
          <Alert
            status="info"
            icon
            title="The portal does not write this one"
            description={
              <>
                <Prose text={plan.writing.reason} /> Copy the YAML above to
                where the configuration is kept. This page follows once it has
                arrived in the cluster.
              </>
            }
          />
        )}
        {plan.writing.mode === 'direct' && (
          <>
            {plan.approval.required ? (
              <Alert
                status="info"
                icon
                title={`Waits for an approval by somebody with ${plan.approval.permission}`}
                description={<Prose text={plan.approval.reason} />}
              />
            ) : (
              <Text as="p" variant="body-medium">
                No approval is needed.
              </Text>
            )}
            <Text as="p" variant="body-small" color="secondary">
              Starting it takes {listPermissions(plan.permissions)}. Each step
              waits until probes are answered as predicted; where they are not,
              everything is taken back.
            </Text>
            {start.kind === 'failed' && (
              <StartFailure failure={start.failure} onPlanAgain={onPlanAgain} />
            )}
            <div className={styles.submit}>
              <Button
                variant="primary"
                destructive={describeIntent(plan.intent).isDestructive}
                isDisabled={obstacle !== undefined}
                isPending={start.kind === 'starting'}
                aria-describedby={explanationId}
                onPress={control.start}
              >
                {plan.approval.required
                  ? 'Ask for approval'
                  : describeIntent(plan.intent).start}
              </Button>
              <Text
                id={explanationId}
                as="p"
                variant="body-small"
                color="secondary"
              >
                {obstacle ??
                  `The plan is good for ${formatDuration(
                    left,
                  )}, unless the configuration changes.`}
              </Text>
            </div>
          </>
        )}
      </div>
    </Section>
  );
}

function listPermissions(permissions: string[]): string {
  return permissions.length > 0
    ? `the permission ${permissions.join(' and ')}`
    : 'no permission of its own';
}
