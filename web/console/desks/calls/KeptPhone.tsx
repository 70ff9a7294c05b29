import { useWords } from '../../lib/text.ts';
import { MaskedPhone } from '../../parts/Masked.tsx';

/** A number, or that its days are over. */
export function KeptPhone({ phone }: { phone: string }) {
  const { say } = useWords();
  return phone ? (
    <MaskedPhone phone={phone} />
  ) : (
    <span className="mut">{say('restrict.erased')}</span>
  );
}
