import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { inMebibytes, LIMITS } from './limits';
import { causeOf } from './walkFiles';

/** The text of a file, or what is wrong with it. */
export type FileText =
  | { ok: true; text: string }
  | { ok: false; line: number; message: string };

/** Most files are small, and a buffer for each would cost more than reading it. */
const small = Buffer.allocUnsafeSlow(64 * 1024);

/** Reads a file as UTF-8, with or without byte order mark. */
export function readText(path: string): FileText {
  let bytes: Buffer;
  try {
    const file = openSync(path, 'r');
    try {
      // The file may have grown since the folder was listed.
      const { size } = fstatSync(file);
      if (size > LIMITS.fileBytes) {
        const limit = inMebibytes(LIMITS.fileBytes);
        const message = `is ${inMebibytes(
          size,
        )}, over the limit of ${limit}; not read`;
        return { ok: false, line: 0, message };
      }
      bytes =
        size > 0 && size <= small.length
          ? readSmall(file, size)
          : readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const message = `cannot be read: ${causeOf(error)}`;
    return { ok: false, line: 0, message };
  }
  if (!isUtf8(bytes)) {
    const line = lineOfBadByte(bytes);
    return { ok: false, line, message: 'is no UTF-8 text; not read' };
  }
  const text = bytes.toString('utf8');
  return { ok: true, text: text.startsWith('\ufeff') ? text.slice(1) : text };
}

/** As much of a file, in a buffer that the next one is read into. */
function readSmall(file: number, size: number): Buffer {
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, small, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return small.subarray(0, filled);
}

function lineOfBadByte(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
