import { extname } from 'node:path';
import { parsePlain } from './parseDocument';
import { readText } from './readText';
import { splitDocuments } from './splitDocuments';

/** One document of a file in which nothing is unusual. */
export interface PlainDocument {
  /** As JSON has it, which loses nothing of it. */
  value: unknown;
  /** Line of its first content, in the file. */
  line: number;
}

/** What could be a number that JSON does not have: none, infinite, too large, or negative zero. */
const NOT_IN_JSON =
  /(^|[\s[{,:])[-+]?(\.(inf|nan)|[\d.]+e[-+]?\d{3}|\d{300})|(^|[\s[{,:])-0/i;

/**
 * The documents of a YAML file, where all of them are plain. Undefined where anything is unusual or
 * wrong: then the file is to be read with care, and what is wrong with it to be told.
 */
export function readPlainFile(path: string): PlainDocument[] | undefined {
  if (extname(path).toLowerCase() === '.json') return undefined;
  const read = readText(path);
  if (!read.ok || NOT_IN_JSON.test(read.text)) return undefined;
  const documents: PlainDocument[] = [];
  for (const { text, linesBefore } of splitDocuments(read.text)) {
    const parsed = parsePlain(text);
    if (!parsed) return undefined;
    documents.push({ value: parsed.value, line: linesBefore + parsed.line });
  }
  return documents;
}
