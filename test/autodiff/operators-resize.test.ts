import { resizeRows } from './cases-resize.ts'
import { checkRows } from './harness.ts'

checkRows(resizeRows)
