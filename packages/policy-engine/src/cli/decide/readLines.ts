/** A line of input, or that it was too long to be kept. */
export type Line = { text: string } | { tooLong: true };

/** Cuts a stream into lines; of one that is over `limit` characters only its end is looked for. */
export async function* readLines(
  stream: AsyncIterable<string | Buffer>,
  limit: number,
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  for await (const chunk of stream) {
    const text =
      typeof chunk === 'string'
        ? chunk
        : decoder.decode(chunk, { stream: true });
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    const lines = parts.map(
      (part): Line =>
        part.length > limit ? { tooLong: true } : { text: part },
    );
    if (lines.length > 0 && tooLong) {
      lines[0] = { tooLong: true };
      tooLong = false;
    }
    if (rest.length > limit) {
      tooLong = true;
      rest = '';
    }
    if (lines.length > 0) yield lines;
  }
  rest += decoder.decode();
  if (tooLong) yield [{ tooLong: true }];
  else if (rest !== '') yield [{ text: rest }];
}
