/** What the command reads at most, so that no input can take all memory or time. */
export const LIMITS = {
  /** Bytes of one file. */
  fileBytes: 32 * 1024 * 1024,
  /** Bytes of all files together. */
  totalBytes: 512 * 1024 * 1024,
  files: 100_000,
  /** Folders below a given path. */
  depth: 32,
  /** Errors that are reported of one file, and of all. */
  errorsPerFile: 50,
  errors: 10_000,
} as const;

/** A size for a person. */
export function inMebibytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}
