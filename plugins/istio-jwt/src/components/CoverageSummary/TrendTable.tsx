import { CoverageTrendPoint } from 'backstage-plugin-istio-jwt-common';
import { describeState } from '../../format/describeState';
import { formatCount, formatShare } from '../../format/formatCount';
import { STATES_WORST_FIRST } from '../../format/rankStates';
import { DataTable } from '../DataTable';

/** The numbers of the chart, newest first. */
export function TrendTable({ points }: { points: CoverageTrendPoint[] }) {
  const columns = [
    'Day',
    'Enforced share',
    'Services',
    ...STATES_WORST_FIRST.map(state => describeState(state).label),
    'Excepted',
  ];
  return (
    <DataTable
      label="Services by state, day by day"
      columns={columns}
      rows={[...points].reverse().map(point =>
        point.kind === 'gap'
          ? {
              key: point.day,
              tone: 'muted',
              cells: [
                point.day,
                'No record',
                ...columns.slice(2).map(() => '–'),
              ],
            }
          : {
              key: point.day,
              cells: [
                point.day,
                formatShare(point.shareEnforced),
                formatCount(point.total),
                ...STATES_WORST_FIRST.map(state =>
                  formatCount(point.states[state]),
                ),
                formatCount(
                  Object.values(point.excepted).reduce((a, b) => a + b, 0),
                ),
              ],
            },
      )}
    />
  );
}
