import { createLink } from '@tanstack/react-router'
import { Button, type ButtonProps } from 'antd'
import type { AnchorHTMLAttributes } from 'react'

type Props = Pick<ButtonProps, 'size' | 'icon' | 'children'> & AnchorHTMLAttributes<HTMLAnchorElement> & { kind?: 'default' | 'primary' }

/** A link of the router that looks like a button. */
export const LinkButton = createLink(function LinkButton({ onClick, kind = 'default', ...props }: Props) {
  return <Button {...(props as ButtonProps)} type={kind} onClick={onClick as ButtonProps['onClick']} />
})
