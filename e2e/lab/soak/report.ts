import {
  describeGrowth,
  describeLoss,
  measureGrowth,
  type Sample,
} from './judge.ts';
import type { Asked } from './PortalApi.ts';
import type { LogSum } from './readLog.ts';
import type { Coverage } from './watchCoverage.ts';
import type { Runs } from './watchRuns.ts';

/** All that a soak saw. */
export interface SoakSeen {
  minutes: number;
  /** The backend's process was there until the end. */
  survived: boolean;
  samples: Sample[];
  log: LogSum;
  runs: Runs;
  /** Runs of scheduled rounds among them. */
  scheduled: number;
  coverage: Coverage;
  asked: Map<string, Asked>;
  churn: Map<string, number>;
  /** Changes that the API server, being away, did not take. */
  churnRefused: number;
  faults: Map<string, number>;
}

const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

const list = (counts: Map<string | number, number>) =>
  [...counts].map(([key, count]) => `${key} ${count}`).join(', ') || 'none';

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0,
  );
}

const range = (values: number[], unit: (value: number) => string) =>
  values.length === 0
    ? 'none'
    : `first ${unit(values[0])}, highest ${unit(
        Math.max(...values),
      )}, last ${unit(values.at(-1)!)}`;

function describeGrowthFigure(samples: Sample[], of: 'heap' | 'rss'): string {
  const growth = measureGrowth(samples, of);
  return growth
    ? `; ${growth.mib.toFixed(1)} MiB in the last ${growth.minutes.toFixed(
        0,
      )} min by its slope`
    : '';
}

/** One line for each thing that was looked at. */
export function printTable(seen: SoakSeen, say: (line: string) => void): void {
  const { samples, log, runs, coverage } = seen;
  const rows: [string, string][] = [
    [
      'RSS',
      range(
        samples.map(({ rss }) => rss),
        mib,
      ) + describeGrowthFigure(samples, 'rss'),
    ],
    [
      'heap after a collection',
      range(
        samples.map(({ heap }) => heap),
        mib,
      ) + describeGrowthFigure(samples, 'heap'),
    ],
    [
      'event loop lag',
      `p99 of 15 s: median ${quantile(
        samples.map(({ lagP99Ms }) => lagP99Ms),
        0.5,
      )} ms; longest ${Math.max(
        0,
        ...samples.map(({ lagMaxMs }) => lagMaxMs),
      )} ms`,
    ],
    ['changes', `${list(seen.churn)}; refused meanwhile ${seen.churnRefused}`],
    ['faults', list(seen.faults)],
    [
      'probe runs',
      `${runs.ends.length} (${seen.scheduled} scheduled): ${list(
        countBy(runs.ends, ({ end }) => end.status),
      )}; start refused: ${list(runs.refused)}`,
    ],
    [
      'observations',
      `${runs.ends.reduce(
        (sum, { end }) => sum + end.observations,
        0,
      )}; of runs that were asked for: ${list(runs.results)}`,
    ],
    [
      'coverage follows',
      `${coverage.lags.length} Services; median ${quantile(
        coverage.lags,
        0.5,
      )} ms, longest ${quantile(coverage.lags, 1)} ms`,
    ],
    ...[...seen.asked].map(
      ([what, { count, failed, took }]): [string, string] => [
        what,
        `${count} times, ${failed.length} failed; median ${quantile(
          took,
          0.5,
        )} ms, p99 ${quantile(took, 0.99)} ms`,
      ],
    ),
    [
      'log',
      `${log.lines} lines, ${log.unhandled.length} of unhandled rejections`,
    ],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  for (const [title, text] of rows) say(`${title.padEnd(width)}  ${text}`);
  for (const [words, count] of log.errors) say(`logged ${count}x: ${words}`);
}

function countBy<T>(items: T[], keyOf: (item: T) => string) {
  const counts = new Map<string, number>();
  for (const item of items) {
    counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  }
  return counts;
}

/** @returns what may not be; empty where all is well */
export function judgeSoak(seen: SoakSeen): string[] {
  const { survived, samples, log, runs, scheduled, coverage, asked } = seen;
  const unhandled = Math.max(
    log.unhandled.length,
    ...samples.map(sample => sample.unhandled),
  );
  return [
    survived ? undefined : 'the backend ended by itself',
    ...(['heap', 'rss'] as const).map(of =>
      describeGrowth(of, measureGrowth(samples, of)),
    ),
    unhandled > 0
      ? `${unhandled} rejections were unhandled: ${log.unhandled[0] ?? ''}`
      : undefined,
    ...runs.ends.map(({ entity, end }) => {
      const loss = describeLoss(end);
      return loss && `probe run of ${entity}: ${loss}`;
    }),
    runs.ends.length > scheduled ? undefined : 'no probe run was accepted',
    scheduled > 0 ? undefined : 'no round of the schedule sent anything',
    ...coverage.missed,
    ...[...asked].map(([what, { count, failed }]) =>
      failed.length > 0
        ? `${what} failed ${failed.length} of ${count} times: ${failed
            .slice(0, 3)
            .join('; ')}`
        : undefined,
    ),
  ].filter(complaint => complaint !== undefined);
}
