import { CoverageTrendPoint } from 'backstage-plugin-istio-jwt-common';
import { useId } from 'react';
import { countThings, formatShare } from '../../format/formatCount';
import { buildTrend, SharePoint } from './buildTrend';
import styles from './CoverageSummary.module.css';

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 24;
const MARKS = [0, 0.5, 1];

/**
 * The share of enforced services day by day. Days without a record are hatched and the line stops
 * there. Whoever cannot see it gets its summary, and the numbers from the table beside it.
 */
export function TrendChart({ points }: { points: CoverageTrendPoint[] }) {
  const pattern = useId();
  const { runs, gaps } = buildTrend(points);
  const step = (WIDTH - LEFT - RIGHT) / Math.max(points.length - 1, 1);
  const x = (index: number) => LEFT + index * step;
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const trace = (run: SharePoint[]) =>
    run.map(({ index, share }) => `${x(index)},${y(share)}`).join(' L');
  const middle = Math.floor((points.length - 1) / 2);
  const labels = [...new Set([0, middle, points.length - 1])];

  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={summarizeTrend(points)}
    >
      <defs>
        <pattern
          id={pattern}
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line className={styles.gap} x1="0" y1="0" x2="0" y2="6" />
        </pattern>
      </defs>
      {MARKS.map(share => (
        <g key={share}>
          <line
            className={styles.grid}
            x1={LEFT}
            x2={WIDTH - RIGHT}
            y1={y(share)}
            y2={y(share)}
          />
          <text
            className={styles.axis}
            x={LEFT - 6}
            y={y(share) + 4}
            textAnchor="end"
          >
            {formatShare(share)}
          </text>
        </g>
      ))}
      {gaps.map(({ from, to }) => (
        <rect
          key={from}
          data-testid="trend-gap"
          x={Math.max(LEFT, x(from) - step / 2)}
          width={
            Math.min(WIDTH - RIGHT, x(to) + step / 2) -
            Math.max(LEFT, x(from) - step / 2)
          }
          y={TOP}
          height={HEIGHT - TOP - BOTTOM}
          fill={`url(#${pattern})`}
        >
          <title>
            {from === to
              ? `${points[from].day}: no record`
              : `${points[from].day} to ${points[to].day}: no record`}
          </title>
        </rect>
      ))}
      {runs.map(run => (
        <g key={run[0].index}>
          <path
            className={styles.area}
            d={`M${x(run[0].index)},${y(0)} L${trace(run)} L${x(
              run[run.length - 1].index,
            )},${y(0)} Z`}
          />
          <path
            className={styles.line}
            data-testid="trend-line"
            d={`M${trace(run)}`}
          />
          {run.map(({ index, day, share }) => (
            <circle
              key={day}
              className={styles.dot}
              cx={x(index)}
              cy={y(share)}
              r={points.length > 120 ? 1.5 : 2.5}
            >
              <title>{`${day}: ${formatShare(share)} enforced`}</title>
            </circle>
          ))}
        </g>
      ))}
      {labels.map(index => (
        <text
          key={index}
          className={styles.axis}
          x={x(index)}
          y={HEIGHT - 6}
          textAnchor={anchorOf(index, points.length)}
        >
          {points[index].day}
        </text>
      ))}
    </svg>
  );
}

function anchorOf(index: number, length: number): 'start' | 'middle' | 'end' {
  if (index === 0) return 'start';
  return index === length - 1 ? 'end' : 'middle';
}

/** The chart in a sentence. */
function summarizeTrend(points: CoverageTrendPoint[]): string {
  const shares = buildTrend(points).runs.flat();
  const gaps = points.filter(({ kind }) => kind === 'gap').length;
  const missing =
    gaps > 0 ? ` ${countThings(gaps, 'day')} without a record.` : '';
  if (shares.length === 0) {
    return `Share of enforced services: nothing is recorded yet.${missing}`;
  }
  const first = shares[0];
  const last = shares[shares.length - 1];
  return `Share of enforced services: ${formatShare(first.share)} on ${
    first.day
  }, ${formatShare(last.share)} on ${last.day}.${missing}`;
}
