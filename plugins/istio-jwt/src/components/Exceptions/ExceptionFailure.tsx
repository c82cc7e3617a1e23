import { Alert } from '@backstage/ui';
import { RequestFailure } from '../../api/describeFailure';
import { finishSentence } from '../../format/finishSentence';

/** Why an exception was not written. What was filled in is kept by the form above. */
export function ExceptionFailure({
  failure,
  permission,
}: {
  failure: RequestFailure;
  permission: string;
}) {
  return failure.kind === 'denied' ? (
    <Alert
      role="alert"
      status="danger"
      icon
      title="You may not do this"
      description={`${finishSentence(
        failure.message,
      )} It takes the permission ${permission} for this service. What you filled in is kept.`}
    />
  ) : (
    <Alert
      role="alert"
      status="danger"
      icon
      title="Nothing was written"
      description={`${finishSentence(
        failure.message,
      )} What you filled in is kept.`}
    />
  );
}
