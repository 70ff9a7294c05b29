/** A button that carries its key, and keys as they look. */
import { Button, type ButtonProps } from 'antd';
import type { ReactNode, Ref } from 'react';

/** `Alt+1` is written `Alt 1`. */
export const Kbd = ({ keys }: { keys: string }) => <kbd>{keys.replace('+', ' ')}</kbd>;

interface Props extends Omit<ButtonProps, 'children'> {
  keys?: string;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export const KeyButton = ({ keys, children, ...rest }: Props) => (
  <Button {...rest}>
    <span>{children}</span>
    {keys && <Kbd keys={keys} />}
  </Button>
);
