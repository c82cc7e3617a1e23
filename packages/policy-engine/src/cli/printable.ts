/**
 * Foreign text for a line of a terminal or of a log. Control characters would steer the terminal, a new
 * line would begin a command of a CI log (such as `::warning::`), and marks of direction would show the
 * text in another order than it has.
 */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    '\ufffd',
  );
}

/** A number with what it counts, such as `1 finding` and `2 findings`. */
export function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
