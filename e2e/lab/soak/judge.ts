/** What the backend told of itself at one moment. */
export interface Sample {
  /** ms since 1970. */
  at: number;
  /** Resident memory before a collection, bytes. */
  rss: number;
  /** Heap in use after a collection, bytes. */
  heap: number;
  /** Of the event loop, since the sample before. */
  lagP99Ms: number;
  lagMaxMs: number;
  /** Rejections that nobody handled, since the start. */
  unhandled: number;
}

export interface Growth {
  /** By the slope over what was measured, MiB. */
  mib: number;
  /** That count as a leak, MiB. */
  limitMib: number;
  /** From the first to the last sample that counts. */
  minutes: number;
}

/** By which memory may grow over what is measured: caches fill up for long, and a heap keeps its pages. */
export const GROWTH_LIMIT_MIB = { heap: 30, rss: 100 };
/** Before it nothing is measured: modules are loaded and caches filled. */
export const WARM_UP_SHARE = 0.25;
const FEWEST_SAMPLES = 8;

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * The median of the slopes between any two samples (Theil and Sen), times the time between the first and
 * the last one. One high sample does not move it.
 *
 * @returns undefined for too few samples to say anything
 */
export function measureGrowth(
  samples: Sample[],
  of: 'heap' | 'rss',
): Growth | undefined {
  const counted = samples.slice(Math.ceil(samples.length * WARM_UP_SHARE));
  if (counted.length < FEWEST_SAMPLES) return undefined;
  const slopes = counted.flatMap((from, index) =>
    counted
      .slice(index + 1)
      .filter(to => to.at > from.at)
      .map(to => (to[of] - from[of]) / (to.at - from.at)),
  );
  if (slopes.length === 0) return undefined;
  const spanMs = counted.at(-1)!.at - counted[0].at;
  return {
    mib: (median(slopes) * spanMs) / 2 ** 20,
    limitMib: GROWTH_LIMIT_MIB[of],
    minutes: spanMs / 60_000,
  };
}

/** What a probe run that the API accepted came to. */
export interface RunEnd {
  id: string;
  status: 'running' | 'done' | 'failed';
  /** That were to be sent. */
  total: number;
  /** Read at its end, and at the end of the soak; undefined where it could not be read. */
  observations: number;
  observationsLater?: number;
  error?: string;
}

/** Why a run counts as lost. Undefined: it ended, and everything can be read again. */
export function describeLoss(run: RunEnd): string | undefined {
  const { id, status, total, observations, observationsLater } = run;
  if (status === 'running') return `${id} never ended`;
  if (observationsLater === undefined) return `${id} cannot be read again`;
  if (observationsLater !== observations) {
    return `${id} had ${observations} observations, later ${observationsLater}`;
  }
  if (status === 'failed') {
    return run.error ? undefined : `${id} failed without saying why`;
  }
  return observations === total
    ? undefined
    : `${id} is done with ${observations} of ${total} observations`;
}

/** Why a growth is none that may be. Undefined: it may be. */
export function describeGrowth(
  what: string,
  growth: Growth | undefined,
): string | undefined {
  if (!growth) return `${what}: too few samples to tell whether it grows`;
  const { mib, limitMib, minutes } = growth;
  return mib > limitMib
    ? `${what} grew by ${mib.toFixed(1)} MiB in ${minutes.toFixed(
        0,
      )} min; at most ${limitMib} MiB may be`
    : undefined;
}
