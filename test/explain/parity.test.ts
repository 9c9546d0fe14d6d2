/** Fovea's maps against those of peers (scripts/python/parity_*.py made the fixtures). */

import { describe, expect, test } from 'vitest'
import { bound, errorOf, pages } from '../../scripts/parity/rows.ts'
import { findMethod, openExplainer } from '../../src/explain/index.ts'
import { openModel } from '../../src/models/index.ts'

describe.each(pages().map((page) => [`${page.family}: ${page.version}`, page] as const))('%s', (_, page) => {
  test.each(
    page.rows.map(
      (row) =>
        [`${row.method} ${JSON.stringify(row.options)} on ${row.net}${row.note ? ` (${row.note})` : ''}`, row] as const,
    ),
  )('%s', async (_, row) => {
    expect(await errorOf({ openModel, openExplainer, findMethod }, page, row)).toBeLessThan(bound(row))
  })
})
