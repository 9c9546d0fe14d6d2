/** Telling files by their first bytes. */

import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { inWords, type Kind, sniff } from '../../src/platform/sniff.ts'

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const utf8 = (text: string) => new TextEncoder().encode(text)
const zip = (name: string) => zipSync({ [name]: new Uint8Array(5) })

const cases: readonly (readonly [string, Kind, Uint8Array])[] = [
  ['nothing', 'empty', new Uint8Array()],
  ['JPEG', 'jpeg', latin1('\xff\xd8\xff\xe0\0\x10JFIF')],
  ['PNG', 'png', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
  ['WebP', 'webp', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
  ['another RIFF', 'unknown', latin1('RIFF\x10\0\0\0WAVEfmt ')],
  ['GIF', 'gif', latin1('GIF89a\x01\0')],
  ['TIFF', 'tiff', latin1('MM\0*\0\0\0\x08')],
  ['AVIF', 'avif', latin1('\0\0\0\x1cftypavif\0\0\0\0mif1avif')],
  ['HEIC', 'heif', latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
  ['an MP4', 'unknown', latin1('\0\0\0\x18ftypisom\0\0\0\0isommp42')],
  ['BMP', 'bmp', latin1('BM\x76\x05\0\0\0\0\0\0')],
  ['SVG', 'svg', utf8('<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="x">')],
  ['PDF', 'pdf', latin1('%PDF-1.7\n%\xe2\xe3')],
  ['HTML', 'html', utf8('\n<!DOCTYPE html><html><body>404')],
  ['HTML with BOM', 'html', utf8('\ufeff<html>')],
  ['Git LFS', 'git-lfs', utf8('version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n')],
  ['PyTorch zip', 'pytorch', zip('archive/data.pkl')],
  ['PyTorch legacy', 'pytorch', latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.')],
  ['pickle', 'pickle', latin1('\x80\x04\x95\x10')],
  ['npz', 'npz', zip('arr_0.npy')],
  ['Keras 3', 'keras', zip('metadata.json')],
  ['zip', 'zip', zip('photos/a.jpg')],
  ['gzip', 'gzip', gzipSync('hello')],
  ['npy', 'npy', latin1('\x93NUMPY\x01\0')],
  ['HDF5', 'hdf5', latin1('\x89HDF\r\n\x1a\n\0')],
  ['TFLite', 'tflite', latin1('\x1c\0\0\0TFL3\0')],
  ['safetensors', 'safetensors', latin1('\x40\0\0\0\0\0\0\0{"__metadata__":{}}'.padEnd(80))],
  ['OpenVINO', 'openvino', utf8('<?xml version="1.0"?>\n<net name="m" version="11">')],
  ['XML', 'xml', utf8('<?xml version="1.0"?><note/>')],
  ['JSON', 'json', utf8(' {"a": 1}')],
  ['text', 'text', utf8('tabby\ntiger cat — ü\n')],
  ['text cut within a character', 'text', utf8('x'.repeat(1023) + 'ü')],
  ['ONNX', 'unknown', latin1('\x08\x08\x12\x07pytorch\x1a\x052.1.0:\xd5\x01')],
  ['zeros', 'unknown', new Uint8Array(40)],
  ['Latin-1 bytes', 'unknown', latin1('caf\xe9 \xff\xfe')],
]

describe('sniff', () => {
  for (const [name, kind, bytes] of cases)
    test(`${name} is ${kind}`, () => {
      expect(sniff(bytes)).toBe(kind)
      expect(inWords(kind)).not.toBe('')
    })

  test('never throws on short or random bytes', () => {
    for (const [, , bytes] of cases) for (let n = 0; n <= Math.min(40, bytes.length); n++) sniff(bytes.subarray(0, n))
  })
})
