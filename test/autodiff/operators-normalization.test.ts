import { describe } from 'vitest'
import { normalization } from './cases-normalization.ts'
import { checkRows } from './harness.ts'

describe('normalization', () => checkRows(normalization))
