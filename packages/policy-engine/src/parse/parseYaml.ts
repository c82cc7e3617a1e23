import { LineCounter, parseAllDocuments } from 'yaml';
import { ParseResult } from '../model';
import { readObject } from './parseObjects';
import { findMapError } from './yamlAsKubectl';

/** Characters of one input; larger ones are refused so that a caller's memory stays bounded. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** Nodes that aliases may expand to, against "billion laughs". */
const MAX_ALIASES = 100;

/**
 * Reads YAML or JSON text with any number of documents. Never throws: what cannot be read is in
 * `errors` with file and line, the rest in `resources`.
 *
 * @param text - at most 16 Mi characters
 * @param options - `file` is repeated in every origin
 * @public
 */
export function parseYaml(
  text: string,
  options: { file?: string } = {},
): ParseResult {
  const result: ParseResult = { resources: [], errors: [] };
  const file = options.file === undefined ? {} : { file: options.file };
  if (text.length > MAX_LENGTH) {
    result.errors.push({
      message: `is longer than ${MAX_LENGTH} characters and was not read`,
      origin: file,
    });
    return result;
  }
  const lines = new LineCounter();
  let documents;
  try {
    documents = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: false,
    });
  } catch (error) {
    result.errors.push({ message: messageOf(error), origin: file });
    return result;
  }
  for (const document of 'empty' in documents ? [] : documents) {
    const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
    const origin = { ...file, line: lines.linePos(start).line };
    for (const error of document.errors) {
      const at = error.linePos?.[0].line ?? origin.line;
      result.errors.push({
        message: error.message.split('\n')[0],
        origin: { ...file, line: at },
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const wrong = findMapError(document.contents);
    if (wrong) {
      const at = lines.linePos(wrong.at).line;
      result.errors.push({
        message: wrong.message,
        origin: { ...file, line: at },
      });
      continue;
    }
    try {
      const value = document.toJS({ maxAliasCount: MAX_ALIASES });
      if (value !== null) readObject(value, origin, result, 0);
    } catch (error) {
      result.errors.push({ message: messageOf(error), origin });
    }
  }
  return result;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}
