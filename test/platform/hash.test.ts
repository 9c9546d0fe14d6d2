/** SHA-256 of FIPS 180-4's examples, on both platforms. */

import { expect, test } from 'vitest'
import * as browser from '../../src/platform/browser.ts'
import * as node from '../../src/platform/node.ts'

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])("'%s'", async (text, digest) => {
  const bytes = new TextEncoder().encode(text)
  expect(await node.sha256(bytes)).toBe(digest)
  expect(await browser.sha256(bytes)).toBe(digest)
  // A part of a larger buffer, as files are read.
  expect(await node.sha256(new Uint8Array([7, ...bytes, 7]).subarray(1, bytes.length + 1))).toBe(digest)
})
