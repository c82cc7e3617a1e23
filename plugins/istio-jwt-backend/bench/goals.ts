/* eslint-disable no-console */

/** What a measurement is held against; each goal is printed with its figure. */
export class Goals {
  readonly missed: string[] = [];

  /** @param limit - the figure may be so much at most */
  atMost(goal: string, value: number, limit: number, unit: string): void {
    this.print(goal, value <= limit, value, `at most ${limit}`, unit);
  }

  /** @param limit - the figure has to be so much at least */
  atLeast(goal: string, value: number, limit: number, unit: string): void {
    this.print(goal, value >= limit, value, `at least ${limit}`, unit);
  }

  private print(
    goal: string,
    isMet: boolean,
    value: number,
    limit: string,
    unit: string,
  ): void {
    if (!isMet) this.missed.push(goal);
    const digits = value < 100 ? 1 : 0;
    console.log(
      `  ${isMet ? 'met   ' : 'MISSED'}  ${goal}: ${value.toFixed(
        digits,
      )} ${unit} (${limit})`,
    );
  }
}
