import { createHash } from 'node:crypto';

/** The rest of a round is for entities that were postponed. */
const USED_SHARE = 0.9;

/**
 * When in a round an entity's turn is: the same in each round, and evenly spread over all entities.
 *
 * @returns ms from the round's begin
 */
export function spreadOver(entityRef: string, intervalMs: number): number {
  const share =
    createHash('sha256').update(entityRef).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(share * intervalMs * USED_SHARE);
}
