import { createInterface } from 'node:readline/promises';
import { Terminal } from '../Terminal';

/** Asks a person at a terminal; elsewhere every answer is empty. */
export interface Asker {
  /** Whether there is somebody to ask, and so to ask again. */
  isThere: boolean;
  /** Fails with {@link Interrupted} where the person leaves. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** A person left by Ctrl-C or Ctrl-D. */
export class Interrupted extends Error {}

const NOBODY: Asker = {
  isThere: false,
  ask: async () => '',
  close: () => {},
};

export function createAsker({ stdin, stdout }: Terminal): Asker {
  if (!stdin.isTTY || !stdout.isTTY) return NOBODY;
  const lines = createInterface({ input: stdin, output: stdout });
  // A question that nobody answers any more would be waited for without end.
  const left = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new Interrupted()));
  });
  left.catch(() => undefined);
  lines.on('SIGINT', () => lines.close());
  return {
    isThere: true,
    ask: async question => {
      try {
        return (await Promise.race([lines.question(question), left])).trim();
      } catch {
        throw new Interrupted();
      }
    },
    close: () => lines.close(),
  };
}

/** Asks until the answer can be used; only once where there is nobody to ask again. */
export async function askUntil<T>(
  asker: Asker,
  question: string,
  read: (answer: string) => T | undefined,
  otherwise: string,
): Promise<T | undefined> {
  let asked = question;
  for (;;) {
    const answer = await asker.ask(asked);
    const value = read(answer);
    if (value !== undefined || answer === '' || !asker.isThere) return value;
    asked = `${otherwise} ${question}`;
  }
}
