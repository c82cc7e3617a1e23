import { Text } from '@backstage/ui';
import { EntityRefLinks } from '@backstage/plugin-catalog-react';
import { PlannedEnablementView } from 'backstage-plugin-istio-jwt-common';
import { DataTable } from '../DataTable';
import { Section } from '../Section';
import styles from './EnablePlan.module.css';

/** Whose ways in the plan’s policies reach besides. */
export function AffectedSection({
  affected: { services, others, hosts },
}: Pick<PlannedEnablementView, 'affected'>) {
  return (
    <Section
      title="Others that the policies reach"
      summary={
        services.length + others === 0
          ? 'Nobody else is reached by them.'
          : `${hosts} ${
              hosts === 1 ? 'host' : 'hosts'
            } of others. What they are answered stands above; ask their owners where you are in doubt.`
      }
    >
      <div className={styles.stack}>
        {services.length > 0 && (
          <DataTable
            label="Affected services"
            columns={['Service', 'Entity', 'Owners', 'Hosts']}
            rows={services.map(service => ({
              key: `${service.cluster}/${service.namespace}/${service.name} ${service.entityRef}`,
              cells: [
                `${service.namespace}/${service.name}`,
                <EntityRefLinks entityRefs={[service.entityRef]} />,
                service.owners.length > 0 ? (
                  <EntityRefLinks entityRefs={service.owners} />
                ) : (
                  'none in the catalog'
                ),
                service.hosts.join(', ') || '–',
              ],
            }))}
          />
        )}
        {others > 0 && (
          <Text as="p" variant="body-medium" color="secondary">
            {others} more {others === 1 ? 'service belongs' : 'services belong'}{' '}
            to no entity that you may see.
          </Text>
        )}
      </div>
    </Section>
  );
}
