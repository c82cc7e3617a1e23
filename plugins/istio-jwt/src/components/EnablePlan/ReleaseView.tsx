import { Text } from '@backstage/ui';
import { TabView } from '../../routes';
import { OperationsSection } from '../Operation';
import { ViewFrame } from '../ViewFrame';
import { OptionsGate } from './OptionsGate';
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
    <ViewFrame
      title="Give adopted policies back"
      summary="The portal’s labels and annotations are removed. A token goes on being required, by policies that are nobody’s but their author’s."
    >
      <OptionsGate entityRef={entityRef} version={version}>
        {() => (
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
        )}
      </OptionsGate>
      <OperationsSection entityRef={entityRef} />
    </ViewFrame>
  );
}
