import { useApi } from '@backstage/core-plugin-api';
import { Alert, Button, Skeleton, Text } from '@backstage/ui';
import {
  Enablement,
  PlannedEnablementView,
} from 'backstage-plugin-istio-jwt-common';
import { istioJwtApiRef } from '../../api';
import { describeFailure } from '../../api/describeFailure';
import { finishSentence } from '../../format/finishSentence';
import { useLoaded } from '../../live/useLoaded';
import { AffectedSection } from '../EnablePlan/AffectedSection';
import { EffectsSection } from '../EnablePlan/EffectsSection';
import { PlanFindings } from '../EnablePlan/PlanFindings';
import { Prose, ProseList } from '../Prose';
import { Section } from '../Section';
import styles from './Operation.module.css';

/** What whoever may approve an operation has to know of it. */
export function WaitingPlan({
  enablement: { entityRef, id },
}: {
  enablement: Enablement;
}) {
  const api = useApi(istioJwtApiRef);
  const { view, reload } = useLoaded(`${entityRef} ${id}`, signal =>
    api.getWaitingPlan(entityRef, id, { signal }),
  );
  if (view.kind === 'ready') return <Plan plan={view.value} />;
  return (
    <Section title="What you would approve">
      {view.kind === 'loading' ? (
        <div role="status" aria-label="The plan is being made again">
          <Skeleton width="100%" height="8rem" />
        </div>
      ) : (
        <Alert
          role="alert"
          status="warning"
          icon
          title="What it would do now could not be told"
          description={finishSentence(
            view.kind === 'denied'
              ? view.message
              : describeFailure(view.error).message,
          )}
          customActions={
            <Button size="small" variant="secondary" onPress={reload}>
              Try again
            </Button>
          }
        />
      )}
    </Section>
  );
}

function Plan({ plan }: { plan: PlannedEnablementView }) {
  const { why, warnings, affected, findings } = plan;
  return (
    <>
      <Section title="What you would approve">
        <div className={styles.changes}>
          <Text as="p" variant="body-medium">
            <Prose text={why} />
          </Text>
          {warnings.length > 0 && (
            <div>
              <Text as="h3" variant="body-medium" weight="bold">
                What the plan cannot know
              </Text>
              <ProseList texts={warnings} className={styles.list} />
            </div>
          )}
        </div>
      </Section>
      <EffectsSection plan={plan} />
      <AffectedSection affected={affected} />
      <PlanFindings {...findings} />
    </>
  );
}
