/** What a file really is, by its first bytes: the name's ending is never asked. Images, model formats and common mistakes. */

const names = {
  jpeg: 'a JPEG image',
  png: 'a PNG image',
  webp: 'a WebP image',
  gif: 'a GIF image',
  tiff: 'a TIFF image',
  avif: 'an AVIF image',
  heif: 'a HEIF image',
  bmp: 'a BMP image',
  icon: 'an icon',
  svg: 'an SVG drawing',
  pdf: 'a PDF document',
  empty: 'an empty file',
  html: 'an HTML page (was an error page downloaded instead of the file?)',
  'git-lfs': "a Git LFS pointer, not the file itself (run 'git lfs pull')",
  pytorch: 'a PyTorch file',
  pickle: 'a Python pickle',
  safetensors: 'a safetensors file: weights without a graph',
  hdf5: 'an HDF5 file (Keras?)',
  keras: 'a Keras file',
  tflite: 'a TensorFlow Lite model',
  openvino: 'an OpenVINO description',
  npy: 'a NumPy array',
  npz: 'a NumPy archive',
  zip: 'a zip archive',
  gzip: 'a gzip archive',
  xml: 'an XML file',
  json: 'a JSON file',
  text: 'plain text',
  unknown: 'of no kind that Fovea knows',
} as const

/** `unknown` is also what an ONNX file gets: protobuf has no magic bytes. */
export type Kind = keyof typeof names

/** The kind in words that complete "it is …". */
export function inWords(kind: Kind): string {
  return names[kind]
}

const magic: readonly (readonly [Kind, string])[] = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['tiff', 'II+\0'],
  ['tiff', 'MM\0+'],
  ['icon', '\0\0\x01\0'],
  ['pdf', '%PDF-'],
  ['hdf5', '\x89HDF\r\n\x1a\n'],
  ['gzip', '\x1f\x8b'],
  ['npy', '\x93NUMPY'],
  ['pytorch', '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9'],
  ['git-lfs', 'version https://git-lfs'],
]

/** Reads at most the first 1024 bytes; never throws. */
export function sniff(bytes: Uint8Array): Kind {
  if (bytes.length === 0) return 'empty'
  const head = latin1(bytes.subarray(0, 1024))
  const exact = magic.find(([, prefix]) => head.startsWith(prefix))
  if (exact) return exact[0]
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp'
  if (head.startsWith('ftyp', 4)) return isoMedia(head)
  if (head.startsWith('TFL3', 4)) return 'tflite'
  if (head.startsWith('PK\x03\x04')) return archive(head, bytes)
  if (head.startsWith('BM') && head.startsWith('\0\0\0\0', 6)) return 'bmp'
  if (/^\x80[\x02-\x05]/.test(head)) return 'pickle'
  if (isSafetensors(bytes, head)) return 'safetensors'
  return text(head)
}

function isoMedia(head: string): Kind {
  const brands = head.slice(8, Math.min(64, Math.max(16, head.charCodeAt(3))))
  if (/avif|avis/.test(brands)) return 'avif'
  return /hei[cmsx]|hev[cx]|mif1|msf1/.test(brands) ? 'heif' : 'unknown'
}

/** Which zip it is, by the name of its first entry (PyTorch: `<name>/data.pkl`; NumPy: `<name>.npy`; Keras 3). */
function archive(head: string, bytes: Uint8Array): Kind {
  const length = (bytes[26] ?? 0) | ((bytes[27] ?? 0) << 8)
  const first = head.slice(30, 30 + length)
  if (/(^|\/)(data\.pkl|\.format_version|\.data\/|byteorder|version)/.test(first)) return 'pytorch'
  if (first.endsWith('.npy')) return 'npz'
  return /^(metadata\.json|config\.json|model\.weights\.h5)$/.test(first) ? 'keras' : 'zip'
}

function isSafetensors(bytes: Uint8Array, head: string): boolean {
  if (bytes.length < 10 || !/^\{\s*["}]/.test(head.slice(8, 64))) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  return view.getUint32(4, true) === 0 && view.getUint32(0, true) <= Math.max(bytes.length, 100e6)
}

function text(head: string): Kind {
  const plain = head.replace(/^\xef\xbb\xbf|^\xff\xfe/, '').trimStart()
  if (/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(plain) || plain === '') return plain === '' ? 'text' : 'unknown'
  if (/^<(!doctype html|html|head|body)/i.test(plain)) return 'html'
  if (/^(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg/i.test(plain)) return 'svg'
  if (/^(<\?xml[^>]*>\s*)?<net\s/.test(plain)) return 'openvino'
  if (plain.startsWith('<?xml')) return /<html/i.test(plain) ? 'html' : 'xml'
  if (/^[{[]\s*(["[{\]}\d-]|true|false|null)/.test(plain)) return 'json'
  return isUtf8(head) ? 'text' : 'unknown'
}

/** Whether the bytes could be UTF-8 text; a character cut off at the end of the window does not count. */
function isUtf8(head: string): boolean {
  const bytes = Uint8Array.from(head, (c) => c.charCodeAt(0))
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
