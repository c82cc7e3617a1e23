export class BodyTooLarge extends Error {
  constructor(readonly limit: number) {
    super(`More than ${limit} bytes`);
  }
}

/** Reads a whole body. @throws BodyTooLarge */
export async function readText(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new BodyTooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Splits a body into lines, each at most `maxBytes`. @throws BodyTooLarge */
export async function* readLines(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let start = 0;
    let end = chunk.indexOf(10);
    while (end >= 0) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      start = end + 1;
      end = chunk.indexOf(10, start);
    }
    const rest = chunk.subarray(start);
    size += rest.length;
    if (size > maxBytes) {
      throw new BodyTooLarge(maxBytes);
    }
    if (rest.length) {
      parts.push(rest);
    }
  }
  if (size) {
    yield Buffer.concat(parts).toString('utf8');
  }
}
