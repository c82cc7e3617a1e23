import { readFileSync } from 'node:fs';
import { causeOf } from '../input/walkFiles';
import { Terminal } from '../Terminal';
import { UsageError } from '../UsageError';

const MAX_TOKEN = 64 * 1024;

/**
 * The text of a token from a file, or from the input for `-`. There is no option that takes the token
 * itself: it would stay in the shell's history and show in the list of processes.
 */
export async function readTokenText(
  file: string,
  terminal: Terminal,
): Promise<string> {
  const text = file === '-' ? await readStream(terminal) : readTokenFile(file);
  return text.trim().replace(/^Bearer\s+/i, '');
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, MAX_TOKEN);
  } catch (error) {
    throw new UsageError(`the token file ${file}: ${causeOf(error)}`);
  }
}

async function readStream({ stdin }: Terminal): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_TOKEN) break;
  }
  return text.slice(0, MAX_TOKEN);
}
