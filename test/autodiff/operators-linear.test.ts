import { describe } from 'vitest'
import { linear } from './cases-linear.ts'
import { checkRows } from './harness.ts'

describe('linear', () => checkRows(linear))
