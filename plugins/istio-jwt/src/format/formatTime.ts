const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

const RELATIVE_FORMAT = new Intl.RelativeTimeFormat('en', {
  numeric: 'always',
});

/** Such as `3 minutes ago`, as of `now` in milliseconds since the epoch. */
export function formatRelative(iso: string, now: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) {
    return 'at an unknown time';
  }
  const seconds = Math.round((now - then) / 1000);
  // Clocks of server and browser differ.
  if (seconds < 10) {
    return 'just now';
  }
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? [
    'second' as const,
    1,
  ];
  return RELATIVE_FORMAT.format(-Math.floor(seconds / size), unit);
}

/** Such as `5 minutes`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? [];
  if (!unit || !size) {
    return 'less than a minute';
  }
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(Math.floor(seconds / size));
}

/** How long something took, exact below a minute, such as `1.4 s` or `2 minutes`. */
export function formatSpan(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  if (!(ms >= 0)) {
    return 'an unknown time';
  }
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms);
}

/** Date and time in the reader's zone. */
export function formatAbsolute(iso: string): string {
  const then = new Date(iso);
  return Number.isNaN(then.getTime())
    ? iso
    : then.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' });
}
