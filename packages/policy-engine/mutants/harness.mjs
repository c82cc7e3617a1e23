import { format } from 'node:util';
import { expect } from 'expect';

/** Between the parts of a test's id; the first part is its file. */
export const SEPARATOR = ' › ';

/** `it.each` and `describe.each`: arrays are spread, anything else is the one argument. */
function eachOf(register) {
  return rows => (title, body) =>
    rows.forEach((row, index) => {
      const values = Array.isArray(row) ? row : [row];
      const told = format(title, ...values)
        .split('\n')[0]
        .slice(0, 120);
      register(`${index + 1} ${told}`, () => body(...values));
    });
}

/**
 * What of Jest the engine's tests use, without its module registry: tests are noted as `{ id, run }` while
 * their file is loaded. What is not here fails at once, so no test is lost silently.
 */
export function createHarness() {
  const tests = new Map();
  let path = [];

  function describe(title, body) {
    path.push(title);
    body();
    path.pop();
  }

  function it(title, body) {
    let id = [...path, title].join(SEPARATOR);
    while (tests.has(id)) id += ' (again)';
    tests.set(id, { id, run: body });
  }

  describe.each = eachOf(describe);
  it.each = eachOf(it);

  return {
    globals: { describe, it, test: it, expect, jest: { setTimeout() {} } },
    /** The tests that `load` notes, by id; ids start with the file's name. */
    collect(file, load) {
      tests.clear();
      path = [file];
      load();
      return [...tests.values()];
    },
  };
}
