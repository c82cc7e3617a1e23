import { count, printable } from '../printable';
import { Terminal } from '../Terminal';
import { InputError } from './InputError';
import { LineFinder } from './LineFinder';
import { lineOfError } from './lineOfError';
import { MeshInput } from './MeshInput';

const SHOWN = 20;

/** Says on the error stream what was not read, where the output has no place for it. */
export function printErrors(input: MeshInput, { stderr }: Terminal): void {
  const finder = new LineFinder(input.standardInput);
  for (const error of input.errors.slice(0, SHOWN)) {
    const line = lineOfError(finder, error);
    stderr.write(`${describeError({ ...error, line })}\n`);
  }
  const rest = input.errors.length + input.errorsLeftOut - SHOWN;
  if (rest > 0) {
    stderr.write(`${count(rest, 'more error')}: audit lists them.\n`);
  }
}

/** Says on the error stream what is no error and yet worth a look. */
export function printNotes(input: MeshInput, { stderr }: Terminal): void {
  for (const note of input.notes) stderr.write(`${printable(note)}\n`);
}

/** One line about what was not read. */
export function describeError({
  file,
  line,
  kind,
  message,
}: Pick<InputError, 'file' | 'line' | 'kind' | 'message'>): string {
  const place = line > 0 ? `${file}:${line}: ` : file && `${file}: `;
  return printable(`${place}${kind}: ${message}`);
}
