import { LoggerService } from '@backstage/backend-plugin-api';
import { Claimant } from './listClaimants';

export interface ClaimantListOptions {
  logger: LoggerService;
  /** All entities with annotations, as the catalog has them now. */
  listClaimants: (signal: AbortSignal) => Promise<Claimant[]>;
  /** How long a list with entities is good for; an empty one is read anew each time. Default: 60 s. */
  claimantsMaxAgeMs?: number;
}

/** The entities that may claim Services, read anew from time to time. */
export class ClaimantList {
  private readAt = -Infinity;
  private list: Claimant[] = [];

  constructor(private readonly options: ClaimantListOptions) {}

  /** The same array as long as no entity changed. */
  get current(): Claimant[] {
    return this.list;
  }

  /** @throws what the catalog throws, as long as nothing was read */
  async refresh(signal: AbortSignal, now: number): Promise<void> {
    const { claimantsMaxAgeMs = 60_000, logger } = this.options;
    // A catalog that has just started is empty, and then all Services would stand there unclaimed.
    const isEmpty = this.list.length === 0;
    if (!isEmpty && now - this.readAt < claimantsMaxAgeMs) {
      return;
    }
    try {
      const read = await this.options.listClaimants(signal);
      const isSame =
        read.length === this.list.length &&
        read.every(
          ({ version }, index) => version === this.list[index].version,
        );
      this.list = isSame ? this.list : read;
      this.readAt = now;
    } catch (error) {
      if (this.readAt === -Infinity) {
        // Without it all Services would stand there unclaimed.
        throw error;
      }
      logger.warn(
        `The catalog was not listed for the coverage: ${
          (error as Error)?.name
        }. Claims stay as they were.`,
      );
    }
  }
}
