import { ConsideredPattern } from 'istio-jwt-policy-engine';
import { describePattern, describeVerdict } from '../../format/describePattern';
import { DataTable } from '../DataTable';
import { Prose } from '../Prose';

/** Every way of doing it that was tried in thought, and why it was taken or not. */
export function ConsideredPatterns({
  considered,
}: {
  considered: ConsideredPattern[];
}) {
  if (considered.length === 0) {
    return null;
  }
  return (
    <DataTable
      label="Patterns considered"
      columns={['Pattern', 'Verdict', 'Why']}
      rows={considered.map(({ pattern, verdict, reason }) => ({
        key: `${pattern} ${verdict} ${reason}`,
        tone: verdict === 'chosen' ? undefined : 'muted',
        cells: [
          describePattern(pattern),
          describeVerdict(verdict),
          <Prose text={reason} />,
        ],
      }))}
    />
  );
}
