import { once } from 'node:events';
import { Mesh } from '../../attach/Mesh';
import { INPUT_OPTIONS, readArguments } from '../arguments';
import { printErrors, printNotes } from '../input/printErrors';
import { readInput } from '../input/readInput';
import { Terminal } from '../Terminal';
import { answerLine, DecideAnswer, refuseLine } from './answerLine';
import { Line, readLines } from './readLines';

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
  printNotes(input, terminal);
  let failed = input.errors.length > 0;
  let read = 0;
  for await (const lines of readLines(terminal.stdin, MAX_LINE)) {
    const before = read;
    read += lines.length;
    const answers = lines.flatMap(
      (line, index) => answerOf(input.mesh, line, before + index + 1) ?? [],
    );
    failed ||= answers.some(({ error }) => error !== undefined);
    const text = answers.map(answer => `${JSON.stringify(answer)}\n`).join('');
    if (!terminal.stdout.write(text)) await once(terminal.stdout, 'drain');
  }
  return failed ? 2 : 0;
}

/** Undefined for an empty line. */
function answerOf(
  mesh: Mesh,
  line: Line,
  number: number,
): DecideAnswer | undefined {
  if (!('tooLong' in line) && line.text.trim() === '') return undefined;
  const answer =
    'tooLong' in line
      ? refuseLine(null, `is over ${MAX_LINE} characters`)
      : answerLine(mesh, line.text);
  // Without an id there is nothing else to tell the line by.
  return answer.error !== undefined && answer.id === null
    ? { ...answer, error: `line ${number}: ${answer.error}` }
    : answer;
}
