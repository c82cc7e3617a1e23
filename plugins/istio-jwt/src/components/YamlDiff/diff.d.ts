/** What is used of the package `diff`, whose version 5 brings no types. */
declare module 'diff' {
  export interface Change {
    value: string;
    added?: boolean;
    removed?: boolean;
  }

  /** Undefined where more edits than `maxEditLength` would be needed. */
  export function diffLines(
    before: string,
    after: string,
    options?: { maxEditLength?: number },
  ): Change[] | undefined;
}
