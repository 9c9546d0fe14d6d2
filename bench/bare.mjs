// A bare compiled graph in a process of one thread: node bench/bare.mjs <images> <input> <dims> <file=output,output>…
// Prints 'ready' when it is loaded and warm; a line on standard input starts it; then it prints 'done' and ends.
import { once } from 'node:events'
import ort from 'onnxruntime-node'

const [count, input, dims, ...graphs] = process.argv.slice(2)
const shape = dims.split('x').map(Number)
const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i) * 2)
const feeds = {
  [input]: new ort.Tensor('float32', pixels, shape),
  class_index: new ort.Tensor('int64', BigInt64Array.of(-1n), [1]),
}
const programs = []
for (const graph of graphs) {
  const [file, outputs] = graph.split('=')
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 4 })
  programs.push(() => session.run(feeds, outputs.split(',')))
}
const image = async () => {
  for (const run of programs) await run()
}
for (let i = 0; i < 3; i++) await image()
console.log('ready')
await once(process.stdin, 'data')
for (let i = 0; i < Number(count); i++) await image()
console.log('done')
process.exit()
