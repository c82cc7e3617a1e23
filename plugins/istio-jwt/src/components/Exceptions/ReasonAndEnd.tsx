import { TextAreaField } from '@backstage/ui';
import { DateField } from './DateField';
import { listBounds } from './draft';

/** The two things that every exception has to have. */
export function ReasonAndEnd({
  reason,
  lastDay,
  problems,
  onChange,
}: {
  reason: string;
  lastDay: string;
  problems: { reason?: string; lastDay?: string };
  onChange: (change: { reason?: string; lastDay?: string }) => void;
}) {
  const { earliest, latest } = listBounds(Date.now());
  return (
    <>
      <TextAreaField
        label="Reason"
        isRequired
        description="Why it is fine that no token is required, or who repairs it by when."
        value={reason}
        validationBehavior="aria"
        validate={() => problems.reason ?? null}
        onChange={text => onChange({ reason: text })}
      />
      <DateField
        label="Last day"
        description="After that day the service counts in full again. At most a year."
        value={lastDay}
        earliest={earliest}
        latest={latest}
        problem={problems.lastDay}
        onChange={day => onChange({ lastDay: day })}
      />
    </>
  );
}
