/** When and on what something was measured: every bench writes it beside its figures, the report puts it before them. */

import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

export interface Measured {
  /** 2026-11-30 */
  readonly date: string
  readonly cpu: string
}

export const measuredNow = (): Measured => ({ date: new Date().toISOString().slice(0, 10), cpu: processor() })

export const told = ({ date, cpu }: Measured): string => `${date}, ${cpu}`

/** A virtual machine's processor may be called 'AMD EPYC' and no more: family and model, where Linux tells them, say which. */
function processor(): string {
  const [{ model } = { model: 'unknown processor' }, ...others] = cpus()
  const listed = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  const [family, kind] = ['cpu family', 'model'].map((key) => new RegExp(`^${key}\\s*: (\\d+)$`, 'm').exec(listed)?.[1])
  const exact = family && kind ? ` (family ${family}, model ${kind})` : ''
  return `${others.length + 1} cores of ${model.trim()}${exact}`
}
