/** Its children are drawn in a task of their own, once everything around them is on the screen. */

import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

export function Later({ children }: { children: ComponentChildren }) {
  const [due, setDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDue(true))
    return () => clearTimeout(timer)
  }, [])
  return due ? <>{children}</> : null
}
