import { once } from 'node:events';
import { INPUT_OPTIONS, readArguments } from '../arguments';
import { printErrors } from '../input/printErrors';
import { readInput } from '../input/readInput';
import { Terminal } from '../Terminal';
import { answerLine, refuseLine } from './answerLine';
import { readLines } from './readLines';

/** Characters of one request. */
const MAX_LINE = 1024 * 1024;

/** `istio-jwt decide`. Returns the exit code. */
export async function runDecide(
  args: string[],
  terminal: Terminal,
): Promise<number> {
  const { values, positionals } = readArguments(args, INPUT_OPTIONS);
  const input = await readInput({ paths: positionals, ...values });
  printErrors(input, terminal);
  let failed = input.errors.length > 0;
  for await (const lines of readLines(terminal.stdin, MAX_LINE)) {
    const answers = lines
      .filter(line => 'tooLong' in line || line.text.trim() !== '')
      .map(line =>
        'tooLong' in line
          ? refuseLine(null, `is over ${MAX_LINE} characters`)
          : answerLine(input.mesh, line.text),
      );
    failed ||= answers.some(({ error }) => error !== undefined);
    const text = answers.map(answer => `${JSON.stringify(answer)}\n`).join('');
    if (!terminal.stdout.write(text)) await once(terminal.stdout, 'drain');
  }
  return failed ? 2 : 0;
}
