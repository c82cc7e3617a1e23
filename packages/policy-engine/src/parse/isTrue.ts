/** Whether Go's strconv.ParseBool, by which Istio reads labels and annotations, takes a text for true. */
export function isTrue(text: string | undefined): boolean {
  return /^(1|t|T|true|True|TRUE)$/.test(text ?? '');
}

export function isFalse(text: string): boolean {
  return /^(0|f|F|false|False|FALSE)$/.test(text);
}
