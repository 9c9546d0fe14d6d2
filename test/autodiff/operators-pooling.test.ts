import { poolingRows } from './cases-pooling.ts'
import { checkRows } from './harness.ts'

checkRows(poolingRows)
