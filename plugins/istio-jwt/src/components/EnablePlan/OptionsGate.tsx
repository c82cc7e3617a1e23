import { Alert, Button, ButtonLink, Skeleton } from '@backstage/ui';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { ReactNode } from 'react';
import { finishSentence } from '../../format/finishSentence';
import { labelPhase } from '../../format/describePhase';
import { useEnablementOptions } from '../../live/useEnablementOptions';
import { linkToView, useTabPath } from '../../routes';
import { Section } from '../Section';

/** Shows its children where there is something to plan and the caller may; else says why not. */
export function OptionsGate({
  entityRef,
  version,
  children,
}: {
  entityRef: string;
  version: string;
  /** `reload` asks again what can be planned. */
  children: (options: EnablementOptions, reload: () => void) => ReactNode;
}) {
  const { view, retry } = useEnablementOptions(entityRef, version);
  const tabPath = useTabPath();
  if (view.kind === 'loading') {
    return (
      <Section title="What to protect">
        <div role="status" aria-label="Loading what can be planned">
          <Skeleton width="100%" height="12rem" />
        </div>
      </Section>
    );
  }
  if (view.kind === 'denied') {
    return (
      <Alert
        role="alert"
        status="info"
        icon
        title="You may not see what can be planned for this entity"
        description={view.message}
      />
    );
  }
  if (view.kind === 'failed') {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title="What can be planned could not be read"
        description={finishSentence(view.message)}
        customActions={
          <Button size="small" variant="secondary" onPress={retry}>
            Try again
          </Button>
        }
      />
    );
  }
  const { options, refreshFailure } = view;
  if (!options.enabled) {
    return (
      <Alert
        role="status"
        status="info"
        icon
        title="The portal’s configuration does not allow it"
        description="An administrator of the portal can switch it on: istioJwt.enablement.enabled, with the issuers that may be required."
      />
    );
  }
  if (!options.canCreate) {
    return (
      <Alert
        role="status"
        status="info"
        icon
        title="You may not plan this"
        description="Only those with the permission istio-jwt.enablement.create, usually the owners of this entity, may."
      />
    );
  }
  return (
    <>
      {options.running && (
        <Alert
          role="status"
          status="info"
          icon
          title={`An operation of this entity is under way: ${labelPhase(
            options.running.phase,
          ).toLowerCase()}`}
          description="You can plan, and start the plan once that one is over."
          customActions={
            <ButtonLink
              size="small"
              variant="secondary"
              href={linkToView(tabPath, {
                kind: 'operation',
                enablementId: options.running.enablementId,
              })}
            >
              Follow it
            </ButtonLink>
          }
        />
      )}
      {refreshFailure && (
        <Alert
          role="status"
          status="warning"
          icon
          title="What can be planned is not being refreshed"
          description={refreshFailure}
          customActions={
            <Button size="small" variant="secondary" onPress={retry}>
              Try again
            </Button>
          }
        />
      )}
      {children(options, retry)}
    </>
  );
}
