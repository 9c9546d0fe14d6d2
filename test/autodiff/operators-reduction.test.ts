import { describe } from 'vitest'
import { reduction } from './cases-reduction.ts'
import { checkRows } from './harness.ts'

describe('reduction', () => checkRows(reduction))
