import { sleepUnless, type FaultTurns } from './faults.ts';
import type { ServiceChange } from './churn.ts';
import type { PortalApi } from './PortalApi.ts';

const CATCHES_UP_WITHIN_MS = 120_000;

export interface Coverage {
  /** How long it took until a change of a Service was in the index, ms. */
  lags: number[];
  missed: string[];
}

/**
 * Holds the coverage against what the churn last did to each Service. The time counts from the change, or
 * from when the last fault was healed.
 */
export class CoverageWatch {
  readonly seen: Coverage = { lags: [], missed: [] };
  private readonly open = new Map<string, ServiceChange & { at: number }>();
  private readonly api: PortalApi;
  private readonly faults: FaultTurns;

  constructor(api: PortalApi, faults: FaultTurns) {
    this.api = api;
    this.faults = faults;
  }

  expect(change: ServiceChange): void {
    this.open.set(change.name, { ...change, at: Date.now() });
  }

  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.look();
      await sleepUnless(isOver, 1000);
    }
  }

  /** At the end: until all is there, or too late. */
  async settle(): Promise<void> {
    while (this.open.size > 0) {
      await this.look();
      await sleepUnless(() => false, 1000);
    }
  }

  private async look(): Promise<void> {
    if (this.open.size === 0) return;
    const names = await this.api.findInCoverage('soak-svc');
    if (!names) return;
    const now = Date.now();
    for (const [name, change] of this.open) {
      const since = Math.max(change.at, this.faults.healedAt);
      if (names.includes(name) === change.isThere) {
        this.open.delete(name);
        this.seen.lags.push(now - since);
      } else if (this.faults.current) {
        continue;
      } else if (now - since > CATCHES_UP_WITHIN_MS) {
        this.open.delete(name);
        this.seen.missed.push(
          `${name} should ${change.isThere ? '' : 'not '}be in the coverage`,
        );
      }
    }
  }
}
