import { createHash } from 'node:crypto';

/** Keys can be made of texts that are longer than what every database indexes. */
export function digestRef(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
