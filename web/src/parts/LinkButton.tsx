import { createLink } from '@tanstack/react-router'
import { Button, type ButtonProps } from 'antd'
import type { AnchorHTMLAttributes } from 'react'

type Props = Pick<ButtonProps, 'type' | 'size' | 'icon' | 'children'> & AnchorHTMLAttributes<HTMLAnchorElement>

/** A link of the router that looks like a button. */
export const LinkButton = createLink(function LinkButton({ onClick, ...props }: Props) {
  return <Button {...(props as ButtonProps)} onClick={onClick as ButtonProps['onClick']} />
})
