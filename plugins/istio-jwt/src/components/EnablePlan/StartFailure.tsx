import { Alert, Button } from '@backstage/ui';
import { RequestFailure } from '../../api/describeFailure';
import { finishSentence } from '../../format/finishSentence';

/** Why a plan did not start, with the way on: inputs are kept whatever happens. */
export function StartFailure({
  failure,
  onPlanAgain,
}: {
  failure: RequestFailure;
  onPlanAgain: () => void;
}) {
  if (failure.kind === 'denied') {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title="You may not start this plan"
        description={failure.message}
      />
    );
  }
  return (
    <Alert
      role="alert"
      status="warning"
      icon
      title="The plan was not started"
      description={`${finishSentence(
        failure.message,
      )} Nothing was written. Your choices are kept.`}
      customActions={
        <Button size="small" variant="secondary" onPress={onPlanAgain}>
          Plan again
        </Button>
      }
    />
  );
}
