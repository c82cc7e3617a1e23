import { Alert, ButtonLink, Text } from '@backstage/ui';
import {
  EnablementDrift,
  EnablementServiceOption,
  EntityStatus,
} from 'backstage-plugin-istio-jwt-common';
import { useEnablementOptions } from '../../live/useEnablementOptions';
import { linkToView, useTabPath } from '../../routes';
import { Section } from '../Section';
import { DriftedObjectView } from './DriftedObjectView';
import styles from './Drift.module.css';

/** Where what operations wrote is not what stands; nothing where all is as written. */
export function DriftSection({ status }: { status: EntityStatus }) {
  const { view } = useEnablementOptions(status.entityRef, status.revision);
  if (view.kind !== 'ready') return null;
  const { options } = view;
  const found = options.services.flatMap(service =>
    (service.drift ?? []).map(drift => ({ service, drift })),
  );
  if (found.length === 0) return null;
  return (
    <Section
      title="Changed since it was written"
      summary="The portal keeps what its operations wrote, and compares it with what stands."
    >
      <div className={styles.groups}>
        {found.map(({ service, drift }) => (
          <DriftGroup
            key={drift.enablementId}
            service={service}
            drift={drift}
            mayAct={options.enabled && options.canCreate && !options.running}
          />
        ))}
      </div>
    </Section>
  );
}

function DriftGroup({
  service,
  drift,
  mayAct,
}: {
  service: EnablementServiceOption;
  drift: EnablementDrift;
  mayAct: boolean;
}) {
  const tabPath = useTabPath();
  const { enablementId, objects } = drift;
  return (
    <div className={styles.group}>
      <Alert
        role="status"
        status="warning"
        icon
        title={`${count(objects.length)} of Service ${service.namespace}/${
          service.name
        } ${objects.length === 1 ? 'is' : 'are'} not as written`}
        description={
          mayAct
            ? 'Bring back what was written, or accept what stands. Both are plans first.'
            : 'Whoever may require a token of this service can bring back what was written, or accept what stands.'
        }
        customActions={
          mayAct && (
            <>
              <ButtonLink
                size="small"
                variant="primary"
                href={linkToView(tabPath, { kind: 'restore', enablementId })}
              >
                Bring back
              </ButtonLink>
              <ButtonLink
                size="small"
                variant="secondary"
                href={linkToView(tabPath, { kind: 'accept', enablementId })}
              >
                Accept what stands
              </ButtonLink>
            </>
          )
        }
      />
      {objects.map(object => (
        <DriftedObjectView
          key={`${object.ref.kind} ${object.ref.namespace}/${object.ref.name}`}
          object={object}
        />
      ))}
      <Text as="p" variant="body-small" color="secondary">
        Removed lines were written and do not stand; added lines stand and were
        not written.
      </Text>
    </div>
  );
}

function count(objects: number): string {
  return `${objects} ${objects === 1 ? 'object' : 'objects'}`;
}
