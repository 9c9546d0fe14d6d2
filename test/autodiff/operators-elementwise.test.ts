import { describe } from 'vitest'
import { activation, elementwise } from './cases-elementwise.ts'
import { checkRows } from './harness.ts'

describe('elementwise', () => checkRows(elementwise))
describe('activation', () => checkRows(activation))
