import { Terminal } from '../Terminal';
import { MeshInput } from './MeshInput';

const SHOWN = 20;

/** Says on the error stream what was not read, where the output has no place for it. */
export function printErrors(input: MeshInput, { stderr }: Terminal): void {
  for (const { file, line, message } of input.errors.slice(0, SHOWN)) {
    stderr.write(`${line > 0 ? `${file}:${line}` : file}: ${message}\n`);
  }
  const rest = input.errors.length + input.errorsLeftOut - SHOWN;
  if (rest > 0) stderr.write(`${rest} errors more; audit lists them.\n`);
}
