/**
 * What failed, for the end of `npm test`: the output of its steps is long, and often only its end is kept.
 * A failure is `{ where, name, message }`, each a text.
 */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const MOST_FAILURES = 40;
const MOST_LINES = 25;
const MOST_COLUMNS = 200;

/** Of Jest's `--json` report. A file that did not even load is one failure. */
export function readJestFailures(report, root) {
  return report.testResults.flatMap(suite => {
    const where = relative(root, suite.name);
    const failed = suite.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({
        where,
        name: fullName,
        message: failureMessages.join('\n'),
      }));
    return failed.length > 0 || suite.status !== 'failed'
      ? failed
      : [{ where, name: 'did not run', message: suite.message }];
  });
}

/** Of Playwright's JSON report, its own errors (such as a server that did not start) included. */
export function readPlaywrightFailures(report) {
  const ofSuite = suite => [
    ...(suite.suites ?? []).flatMap(ofSuite),
    ...(suite.specs ?? [])
      .filter(({ ok }) => !ok)
      .map(({ file, line, title, tests }) => ({
        where: `${file}:${line}`,
        name: title,
        message: tests
          .flatMap(({ results }) => results)
          .flatMap(({ errors }) => errors)
          .map(({ message }) => message)
          .join('\n'),
      })),
  ];
  return [
    ...report.suites.flatMap(ofSuite),
    ...report.errors.map(({ message }) => ({
      where: 'playwright',
      name: 'did not run',
      message,
    })),
  ];
}

/** Of an event `test:fail` of Node's test runner; none for a suite, whose tests tell. */
export function readNodeFailures({ file, line, name, todo, details }, root) {
  if (details.type === 'suite' || todo !== undefined) return [];
  const { cause = details.error } = details.error;
  return [
    {
      where: file ? `${relative(root, file)}:${line}` : 'node:test',
      name,
      message: String(cause?.stack ?? cause),
    },
  ];
}

function shorten(message) {
  const lines = stripVTControlCharacters(message).trimEnd().split('\n');
  const kept = lines.slice(0, MOST_LINES);
  if (lines.length > kept.length) {
    kept.push(`… ${lines.length - kept.length} more lines`);
  }
  return kept.map(line => `    ${line.slice(0, MOST_COLUMNS)}`).join('\n');
}

/** The text that tells of failures: where, which, and the first lines of why. Empty where there are none. */
export function describeFailures(failures) {
  if (failures.length === 0) return '';
  const parts = failures
    .slice(0, MOST_FAILURES)
    .map(
      ({ where, name, message }) => `✗ ${where} › ${name}\n${shorten(message)}`,
    );
  if (failures.length > MOST_FAILURES) {
    parts.push(`… and ${failures.length - MOST_FAILURES} more`);
  }
  return `Failed tests:\n${parts.join('\n')}\n`;
}
