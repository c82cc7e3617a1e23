import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

export interface LogSum {
  lines: number;
  unhandled: string[];
  /** Lines of level `error` by what they say, ids and numbers left out. */
  errors: Map<string, number>;
}

/** A line of the backend in development mode: time, plugin, level, words. */
const LINE = /^\S+ (\S+) (error|warn|info|debug) (.*)$/;

/** Sums up the backend's log. */
export function readLog(file: string): LogSum {
  const text = stripVTControlCharacters(readFileSync(file, 'utf8'));
  const sum: LogSum = { lines: 0, unhandled: [], errors: new Map() };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    sum.lines += 1;
    if (/unhandled ?rejection/i.test(line)) sum.unhandled.push(line);
    const [, plugin, level, words] = LINE.exec(line) ?? [];
    if (level !== 'error') continue;
    const kind = `${plugin}: ${words
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
      .replace(/\d+/g, '#')
      .slice(0, 160)}`;
    sum.errors.set(kind, (sum.errors.get(kind) ?? 0) + 1);
  }
  return sum;
}
