/** One part of the lab, kept in a folder of its own by version. */
export interface Part {
  title: string;
  dir: string;
  /** How to get it by hand, told when it could not be had. */
  otherwise: string;
  build(into: string): Promise<void>;
}
