/* eslint-disable no-console */

/** What a measurement is held against. */
export class Goals {
  readonly missed: string[] = [];

  /** Prints a figure beside its goal. */
  judge(goal: string, value: number, limit: number, unit: string): void {
    const isMet = value <= limit;
    if (!isMet) this.missed.push(goal);
    console.log(
      `  ${isMet ? 'met   ' : 'MISSED'}  ${goal}: ${value.toFixed(
        0,
      )} ${unit} (at most ${limit} ${unit})`,
    );
  }
}

export function quantile(numbers: number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = Math.min(sorted.length - 1, Math.floor(sorted.length * q));
  return sorted[place] ?? 0;
}

export function describeTimes(times: number[]): string {
  const [p50, p95, max] = [0.5, 0.95, 1].map(q =>
    quantile(times, q).toFixed(0),
  );
  return `p50 ${p50} ms, p95 ${p95} ms, max ${max} ms (${times.length})`;
}
