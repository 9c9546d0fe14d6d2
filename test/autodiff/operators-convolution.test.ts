import { convolutionRows } from './cases-convolution.ts'
import { checkRows } from './harness.ts'

checkRows(convolutionRows)
