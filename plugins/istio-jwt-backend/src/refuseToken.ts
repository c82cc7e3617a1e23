import { InputError } from '@backstage/errors';

/** How the header of every JWT begins, or credentials of RFC 6750. */
const TOKEN = /(^|[^\w-])eyJ[\w-]{8,}|\bbearer\s+\S{8,}/i;

/**
 * What people write is stored and shown to others.
 *
 * @param name - of the field, for the message
 * @throws InputError for a text that seems to hold a token
 */
export function refuseToken(text: string | undefined, name: string): void {
  if (text !== undefined && TOKEN.test(text)) {
    throw new InputError(
      `${name} looks like it holds a token, and is kept. Write it without.`,
    );
  }
}
