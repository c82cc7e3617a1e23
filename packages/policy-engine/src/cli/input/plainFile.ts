import { extname } from 'node:path';
import { parsePlain } from './parseDocument';
import { readPlainYaml } from './plainYaml';
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
  if (!read.ok) return undefined;
  let fitsJson: boolean | undefined;
  const documents: PlainDocument[] = [];
  for (const { text, linesBefore } of splitDocuments(read.text)) {
    let parsed: { value: unknown; line: number } | undefined =
      readPlainYaml(text);
    if (!parsed) {
      fitsJson ??= !NOT_IN_JSON.test(read.text);
      parsed = fitsJson ? parsePlain(text) : undefined;
    }
    if (!parsed) return undefined;
    documents.push({ value: parsed.value, line: linesBefore + parsed.line });
  }
  return documents;
}
