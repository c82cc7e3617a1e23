import { useCoverageAddress } from '../../coverage/useCoverageAddress';
import { ExceptionList } from './ExceptionList';
import { ExceptionView } from './ExceptionView';
import { NewException } from './NewException';

/** Exceptions: all of them, one, or a new one. */
export function ExceptionsView({ canRequest }: { canRequest: boolean }) {
  const { exception } = useCoverageAddress().address;
  switch (exception.kind) {
    case 'new':
      return (
        <NewException key={exception.service} service={exception.service} />
      );
    case 'one':
      return <ExceptionView key={exception.id} id={exception.id} />;
    default:
      return <ExceptionList canRequest={canRequest} />;
  }
}
