import { createInterface } from 'node:readline/promises';
import { Terminal } from '../Terminal';

/** Asks a person at a terminal; elsewhere every answer is empty. */
export interface Asker {
  ask(question: string): Promise<string>;
  close(): void;
}

const NOBODY: Asker = { ask: async () => '', close: () => {} };

export function createAsker({ stdin, stdout }: Terminal): Asker {
  if (!stdin.isTTY || !stdout.isTTY) return NOBODY;
  const lines = createInterface({ input: stdin, output: stdout });
  let ended = false;
  lines.once('close', () => {
    ended = true;
  });
  return {
    ask: async question =>
      ended ? '' : (await lines.question(question)).trim(),
    close: () => lines.close(),
  };
}
