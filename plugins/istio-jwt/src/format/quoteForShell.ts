/** One word of a POSIX shell, whatever it holds. */
export function quoteForShell(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** As {@link quoteForShell}, bare where no shell could take it for anything but a word. */
export function writeShellWord(text: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text) ? text : quoteForShell(text);
}
