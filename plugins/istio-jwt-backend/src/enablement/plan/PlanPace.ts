import { TooManyRequestsError } from '../../TooManyRequestsError';
import { LruMap } from '../../status/LruMap';

const MINUTE_MS = 60_000;
const MAX_CALLERS = 10_000;

/** How often a caller may have a plan made: each looks at every Service of the mesh. Per replica. */
export class PlanPace {
  /** Times of the last minute, oldest first. */
  private readonly made = new LruMap<number[]>(MAX_CALLERS);

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws TooManyRequestsError where the caller had as many made within a minute */
  note(caller: string): void {
    const now = this.now();
    const recent = (this.made.get(caller) ?? []).filter(
      at => at > now - MINUTE_MS,
    );
    if (recent.length >= this.perMinute) {
      const seconds = Math.ceil((recent[0] + MINUTE_MS - now) / 1000);
      throw new TooManyRequestsError(
        `You had ${this.perMinute} plans made within a minute, which is all that istioJwt.enablement.quotas.plansPerMinute allows. Try again in ${seconds} s.`,
        seconds,
      );
    }
    this.made.set(caller, [...recent, now]);
  }
}
