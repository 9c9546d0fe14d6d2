import { describe } from 'vitest'
import { fourier, reduction } from './cases-reduction.ts'
import { checkRows } from './harness.ts'

describe('reduction', () => checkRows(reduction))
describe('fourier', () => checkRows(fourier))
