import { CodeSnippet } from '@backstage/core-components';
import {
  Accordion,
  AccordionGroup,
  AccordionPanel,
  AccordionTrigger,
} from '@backstage/ui';
import { EntityStatus } from 'backstage-plugin-istio-jwt-common';
import { keyOfResource } from '../../format/describeResource';
import { Section } from '../Section';
import styles from './Policies.module.css';

/** The policies on any way in, as they stand in the cluster. */
export function PoliciesSection({ status }: { status: EntityStatus }) {
  const { policies } = status;
  const clusters = new Set(policies.map(({ cluster }) => cluster));
  return (
    <Section
      title="Policies"
      summary={
        policies.length === 0
          ? 'No policy stands on any way in.'
          : 'Everything that any proxy on the way holds against a request.'
      }
    >
      {policies.length > 0 && (
        <AccordionGroup allowsMultiple>
          {policies.map(({ cluster, ref, yaml }) => (
            <Accordion
              key={`${cluster} ${keyOfResource(ref)}`}
              className={styles.policy}
            >
              <AccordionTrigger
                level={3}
                title={ref.name}
                subtitle={`${ref.kind} in ${ref.namespace ?? 'no namespace'}${
                  clusters.size > 1 ? `, cluster ${cluster}` : ''
                }`}
              />
              <AccordionPanel>
                <div className={styles.yaml}>
                  <CodeSnippet text={yaml} language="yaml" showCopyCodeButton />
                </div>
              </AccordionPanel>
            </Accordion>
          ))}
        </AccordionGroup>
      )}
    </Section>
  );
}
