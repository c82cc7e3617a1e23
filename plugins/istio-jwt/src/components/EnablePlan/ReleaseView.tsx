import { Text } from '@backstage/ui';
import { TabView } from '../../routes';
import { NotInForce } from './NotInForce';
import { PlanFrame } from './PlanFrame';
import { PlainPlanner } from './PlainPlanner';

/** Plans to give adopted policies back to whoever wrote them. */
export function ReleaseView({
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
      title="Give adopted policies back"
      summary="The portal’s labels and annotations are removed. A token goes on being required, by policies that are nobody’s but their author’s."
      entityRef={entityRef}
      version={version}
    >
      {({ services }, reload) =>
        services.some(
          ({ inForce }) => inForce?.enablementId === enablementId,
        ) ? (
          <PlainPlanner
            entityRef={entityRef}
            title="What to give back"
            request={{ intent: 'release', enablementId }}
            show={show}
          >
            <Text as="p" variant="body-medium">
              No policy is changed or deleted.
            </Text>
          </PlainPlanner>
        ) : (
          <NotInForce reload={reload} />
        )
      }
    </PlanFrame>
  );
}
