import { Alert, Text } from '@backstage/ui';
import { RefusedEnablementView } from 'backstage-plugin-istio-jwt-common';
import { describeResource, keyOfResource } from '../../format/describeResource';
import { Prose, ProseList } from '../Prose';
import { Section } from '../Section';
import { ConsideredPatterns } from './ConsideredPatterns';
import styles from './EnablePlan.module.css';

/** Why there is no plan, and what can be done instead. */
export function RefusedPlan({ plan }: { plan: RefusedEnablementView }) {
  const { reason, alternatives, conflicts, considered } = plan;
  return (
    <Section title="No plan">
      <div className={styles.outcome}>
        <Alert
          role="alert"
          status="warning"
          icon
          title="This cannot be done safely"
          description={<Prose text={reason} />}
        />
        {alternatives.length > 0 && (
          <div>
            <Text as="h3" variant="body-medium" weight="bold">
              What can be done instead
            </Text>
            <ProseList texts={alternatives} className={styles.list} />
          </div>
        )}
        {conflicts.length > 0 && (
          <div>
            <Text as="h3" variant="body-medium" weight="bold">
              What stands in the way
            </Text>
            <ul className={styles.list}>
              {conflicts.map(ref => (
                <li key={keyOfResource(ref)}>{describeResource(ref)}</li>
              ))}
            </ul>
          </div>
        )}
        <ConsideredPatterns considered={considered} />
      </div>
    </Section>
  );
}
