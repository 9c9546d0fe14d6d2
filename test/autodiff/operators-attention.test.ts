import { describe } from 'vitest'
import { attentions, contrib } from './cases-attention.ts'
import { checkRows } from './harness.ts'

describe('attention', () => checkRows(attentions))
describe('com.microsoft', () => checkRows(contrib))
