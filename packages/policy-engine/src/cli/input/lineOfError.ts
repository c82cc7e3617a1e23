import { InputError } from './InputError';
import { LineFinder } from './LineFinder';
import { Place } from './MeshInput';

/** The path from the root of a document to a place in one of its objects. */
export function pathInDocument({ at }: Place, path = ''): string {
  return [at, path].filter(Boolean).join('.');
}

/** Line of what is wrong. */
export function lineOfError(
  finder: LineFinder,
  { place, path, line }: InputError,
): number {
  if (!place || place.line === 0) return line;
  const whole = pathInDocument(place, path);
  return whole === ''
    ? line
    : finder.find({ file: place.file, line: place.line, path: whole });
}
