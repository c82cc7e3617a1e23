import { Alert, ButtonLink, Text } from '@backstage/ui';
import { EnablementOptions } from 'backstage-plugin-istio-jwt-common';
import { linkToView, TabView, useTabPath } from '../../routes';
import { NotInForce } from './NotInForce';
import { PlanFrame } from './PlanFrame';
import { PlainPlanner } from './PlainPlanner';

/** Plans and starts taking back what an enablement wrote. */
export function DisableView({
  entityRef,
  enablementId,
  version,
  show,
}: {
  entityRef: string;
  enablementId: string;
  version: string;
  show: (view: TabView) => void;
}) {
  return (
    <PlanFrame
      title="Stop requiring a token"
      summary="Takes back what the portal wrote, in the reverse order. Policies of others stay as they are."
      entityRef={entityRef}
      version={version}
    >
      {(options, reload) => (
        <Planner
          options={options}
          reload={reload}
          enablementId={enablementId}
          show={show}
        />
      )}
    </PlanFrame>
  );
}

function Planner({
  options,
  reload,
  enablementId,
  show,
}: {
  options: EnablementOptions;
  reload: () => void;
  enablementId: string;
  show: (view: TabView) => void;
}) {
  const tabPath = useTabPath();
  const service = options.services.find(
    ({ inForce }) => inForce?.enablementId === enablementId,
  );
  if (!service?.inForce) return <NotInForce reload={reload} />;
  return (
    <PlainPlanner
      entityRef={options.entityRef}
      title="What to take back"
      request={{ intent: 'disable', enablementId }}
      show={show}
    >
      <Text as="p" variant="body-medium">
        {`Service ${service.namespace}/${service.name} in cluster ${service.cluster} requires tokens of ${service.inForce.issuer}.`}
      </Text>
      {service.inForce.adopted && (
        <Alert
          role="status"
          status="warning"
          icon
          title="This deletes policies that a person wrote"
          description="They were adopted. To leave them standing, and to their author, give them back instead."
          customActions={
            <ButtonLink
              size="small"
              variant="secondary"
              href={linkToView(tabPath, { kind: 'release', enablementId })}
            >
              Give them back
            </ButtonLink>
          }
        />
      )}
    </PlainPlanner>
  );
}
