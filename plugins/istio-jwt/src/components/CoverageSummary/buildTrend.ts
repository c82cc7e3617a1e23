import { CoverageTrendPoint } from 'backstage-plugin-istio-jwt-common';

/** A day of the trend that has a share; `index` is its place among all days. */
export interface SharePoint {
  index: number;
  day: string;
  share: number;
}

export interface TrendShape {
  /** Days in a row; a line is drawn within each and never between two. */
  runs: SharePoint[][];
  /** Days in a row of which nothing is known, as first and last place. */
  gaps: { from: number; to: number }[];
}

/** Cuts a trend where days have no record, so that no line claims what nobody saw. */
export function buildTrend(points: CoverageTrendPoint[]): TrendShape {
  const shape: TrendShape = { runs: [], gaps: [] };
  let run: SharePoint[] | undefined;
  points.forEach((point, index) => {
    if (point.kind === 'recorded' && point.shareEnforced !== null) {
      if (!run) {
        run = [];
        shape.runs.push(run);
      }
      run.push({ index, day: point.day, share: point.shareEnforced });
      return;
    }
    run = undefined;
    if (point.kind === 'gap') {
      const last = shape.gaps[shape.gaps.length - 1];
      if (last && last.to === index - 1) {
        last.to = index;
      } else {
        shape.gaps.push({ from: index, to: index });
      }
    }
  });
  return shape;
}
