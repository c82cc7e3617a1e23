/** What a tool would install for an object that a person wrote. */
export interface Installed {
  /** As they come from a manifest: not checked, and only what decides requests. */
  objects: readonly object[];
  /** What cannot be told, in the words of a note. */
  doubts: readonly string[];
}

/** What cannot be told at all. */
export function untold(doubt: string): Installed {
  return { objects: [], doubts: [doubt] };
}

export function unite(parts: readonly Installed[]): Installed {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    doubts: parts.flatMap(({ doubts }) => doubts),
  };
}
