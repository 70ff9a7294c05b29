import { Button } from 'antd';
import { useWords } from '../lib/text.ts';

interface Props {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** The rest of a long list, on demand. */
export function LoadMore({ pages }: Props) {
  const { say } = useWords();
  if (!pages.hasNextPage) return null;
  return (
    <div className="more-row">
      <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {say('common.more')}
      </Button>
    </div>
  );
}
