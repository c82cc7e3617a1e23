import { Alert, Text } from '@backstage/ui';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { describeResource, keyOfResource } from '../../format/describeResource';
import { TabView } from '../../routes';
import styles from './EnablePlan.module.css';
import { PlanFrame } from './PlanFrame';
import { PlainPlanner } from './PlainPlanner';

const WORDS = {
  restore: {
    title: 'Bring back what was written',
    summary:
      'What the operation wrote is put back. Whatever somebody changed since is overwritten.',
    section: 'What to bring back',
  },
  accept: {
    title: 'Accept what stands',
    summary:
      'What somebody changed is taken for what is wanted from now on. No policy is changed by that.',
    section: 'What to accept',
  },
};

/** Plans what to do about objects that are not as they were written. */
export function DriftPlanView({
  intent,
  entityRef,
  enablementId,
  version,
  show,
}: {
  intent: 'restore' | 'accept';
  entityRef: string;
  enablementId: string;
  version: string;
  show: (view: TabView) => void;
}) {
  const { title, summary } = WORDS[intent];
  return (
    <PlanFrame
      title={title}
      summary={summary}
      entityRef={entityRef}
      version={version}
    >
      {options => (
        <Planner
          options={options}
          intent={intent}
          enablementId={enablementId}
          show={show}
        />
      )}
    </PlanFrame>
  );
}

function Planner({
  options,
  intent,
  enablementId,
  show,
}: {
  options: EnablementOptions;
  intent: 'restore' | 'accept';
  enablementId: string;
  show: (view: TabView) => void;
}) {
  const drift = options.services
    .flatMap(service => service.drift ?? [])
    .find(each => each.enablementId === enablementId);
  if (!drift) {
    return (
      <Alert
        role="status"
        status="info"
        icon
        title="Everything stands as it was written"
        description="There is nothing to bring back or to accept."
      />
    );
  }
  return (
    <PlainPlanner
      entityRef={options.entityRef}
      title={WORDS[intent].section}
      request={{
        intent,
        enablementId,
        objects: drift.objects.flatMap(({ object }) => object ?? []),
      }}
      show={show}
    >
      <ul className={styles.list}>
        {drift.objects.map(({ kind, ref }) => (
          <li key={keyOfResource(ref)}>
            {describeResource(ref)}, {kind}
          </li>
        ))}
      </ul>
      <Text as="p" variant="body-small" color="secondary">
        The plan is for these objects as they stand now. Where one changes
        meanwhile, nothing is written.
      </Text>
    </PlainPlanner>
  );
}
