/** Order of texts by their code units, as Go orders strings of ASCII: for `sort`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
