import { Prose } from './Prose';

/** Sentences, one below the other; each comes once. */
export function ProseList({
  texts,
  className,
}: {
  texts: readonly string[];
  className: string;
}) {
  return (
    <ul className={className}>
      {texts.map(text => (
        <li key={text}>
          <Prose text={text} />
        </li>
      ))}
    </ul>
  );
}
