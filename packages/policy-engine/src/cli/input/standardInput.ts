import { Terminal } from '../Terminal';
import { inMebibytes, LIMITS } from './limits';
import { FileText } from './readText';

/** Names the input among paths, as it does for kubectl. */
export const STANDARD_INPUT = '-';

/** The text of the input, up to the limit of a file. */
export async function readStandardInput({
  stdin,
}: Terminal): Promise<FileText> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > LIMITS.fileBytes) {
      const limit = inMebibytes(LIMITS.fileBytes);
      return { ok: false, line: 0, message: `is over the limit of ${limit}` };
    }
    chunks.push(part);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { ok: true, text: text.replace(/^\ufeff/, '') };
}
