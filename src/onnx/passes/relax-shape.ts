/**
 * Frees a model from the picture size that its exporter froze into it: pools over the whole map become global ones, constant
 * targets of Reshape follow their input, position embeddings are interpolated (bicubic, as timm and Hugging Face do) to the
 * grid of patches. At the size that was measured the answers stay what they were.
 */

import { FoveaError } from '../../error/index.ts'
import { int64, numbers } from '../../tensor/index.ts'
import { attributesOf, toAttribute } from '../attributes.ts'
import { type Constant, constant, constantOf, type Graph, type Node } from '../graph.ts'
import type { Measured } from '../measured.ts'
import { floatTensor } from '../tensor-message.ts'
import { dropDead } from './drop-dead.ts'

/**
 * @param image the input that takes the picture
 * @throws FoveaError FOVEA_UNSUPPORTED_OP naming the node that holds the size fast
 */
export function relaxShape(graph: Graph, measured: Measured, image: string): Graph {
  const writer = new Writer(graph, measured, image)
  const nodes = graph.nodes.flatMap((node) => writer.rewrite(node))
  return dropDead({ ...graph, nodes, constants: new Map([...graph.constants, ...writer.constants]) })
}

class Writer {
  readonly constants = new Map<string, Constant>()
  readonly #graph: Graph
  readonly #measured: Measured
  /** The last map [N, C, h, w] before the tokens: patches. */
  #patches: { readonly name: string; readonly height: number; readonly width: number } | undefined

  /** Values [N, C, h, w] that are maps of the picture. */
  readonly #maps: Set<string>
  readonly #image: string

  constructor(graph: Graph, measured: Measured, image: string) {
    this.#graph = graph
    this.#measured = measured
    this.#image = image
    this.#maps = new Set([image])
  }

  rewrite(node: Node): Node[] {
    const [output = ''] = node.outputs
    const dims = this.#dims(output)
    const map = dims.length === 4 && node.inputs.some((name) => this.#maps.has(name)) && this.#keepsMap(node)
    if (map) this.#maps.add(output)
    if (map && node.op === 'Conv') this.#patches = { name: output, height: dims[2] as number, width: dims[3] as number }
    if (node.domain !== '') return [node]
    if (node.op === 'AveragePool' || node.op === 'MaxPool') return [this.#pool(node)]
    if (node.op === 'Reshape') return [this.#reshape(node)]
    if (node.op === 'Add') return this.#positions(node)
    return [node]
  }

  #keepsMap({ op, inputs }: Node): boolean {
    return op === 'Transpose' ? inputs[0] === this.#image : !/^(Reshape|MatMul|Gemm|Gather|Flatten)$/.test(op)
  }

  #dims(name: string): readonly number[] {
    return this.#measured.shapes.get(name)?.dims ?? []
  }

  /** A window as large as the map, without padding, is a global pool. */
  #pool(node: Node): Node {
    const [input = ''] = node.inputs
    const spatial = this.#dims(input).slice(2)
    const { ints } = attributesOf(node)
    const kernel = ints('kernel_shape') ?? []
    const padded = (ints('pads') ?? []).some((pad) => pad !== 0)
    const whole = spatial.length > 0 && spatial.every((size, i) => size > 1 && size === kernel[i]) && !padded
    if (!whole || node.outputs.slice(1).some(Boolean)) return node
    return { ...node, op: node.op === 'AveragePool' ? 'GlobalAveragePool' : 'GlobalMaxPool', attributes: {} }
  }

  #reshape(node: Node): Node {
    const [input = '', target = ''] = node.inputs
    const wanted = constantOf(this.#graph, target)
    if (!wanted || attributesOf(node).int('allowzero', 0) !== 0) return node
    const asked = [...numbers(wanted.read())]
    const from = this.#dims(input)
    const to = this.#dims(node.outputs[0] ?? '')
    if (from.length < 3 || to.length !== asked.length) return node
    const free = asked.map((size) => size <= 0)
    const relaxed = [...asked]
    for (const { inputs, outputs } of groups(from, to)) {
      const sizes = inputs.map((axis) => from[axis] as number)
      if (!inputs.some((axis) => this.#moves(input, axis))) continue
      const open = outputs.filter((axis) => (to[axis] as number) > 1)
      const [axis = -1] = open
      if (open.some((one) => free[one]) || open.length === 0) continue
      // One axis stays itself: 0 copies it. Several that become one: whatever is left.
      if (open.length === 1 && inputs.filter((one) => (from[one] as number) > 1).length === 1 && inputs.includes(axis))
        relaxed[axis] = 0
      else if (open.length === 1 && !relaxed.includes(-1)) relaxed[axis] = -1
      else if (sizes.some((size) => size > 1))
        throw new FoveaError(
          'FOVEA_UNSUPPORTED_OP',
          `The picture's size cannot be changed: node '${node.name || node.outputs[0]}' (Reshape from [${from}] to [${to}]) divides positions into a grid of a fixed size.`,
          { node: node.name, op: node.op },
        )
    }
    if (relaxed.every((size, i) => size === asked[i])) return node
    return { ...node, inputs: [input, this.#constant(`${node.outputs[0]}/shape`, relaxed)] }
  }

  /** Whether an axis grows with the picture: rows and columns of a map, the tokens of a sequence. */
  #moves(name: string, axis: number): boolean {
    const size = this.#dims(name)[axis] as number
    return size > 1 && (this.#maps.has(name) ? axis >= 2 : this.#tokens(size))
  }

  /** Whether a length is that of the patches in a row, with up to eight tokens more. */
  #tokens(length: number): boolean {
    const area = this.#patches ? this.#patches.height * this.#patches.width : 0
    return area > 3 && length >= area && length <= area + 8
  }

  /** x + a table of positions [1, others + h w, C]: the table is resized to the patches that there are. */
  #positions(node: Node): Node[] {
    const side = node.inputs.findIndex((name) => constantOf(this.#graph, name) !== undefined)
    const table = side < 0 ? undefined : constantOf(this.#graph, node.inputs[side] as string)
    const patches = this.#patches
    if (!table || !patches || table.dims.length < 2 || table.dims.length > 3) return [node]
    const [tokens = 0, channels = 0] = table.dims.slice(-2)
    if (!this.#tokens(tokens) || (table.dims.length === 3 && table.dims[0] !== 1)) return [node]
    const { height, width, name: map } = patches
    const others = tokens - height * width
    const values = numbers(table.read())
    const scope = `${node.outputs[0]}/positions`
    const grid = Float64Array.from({ length: channels * height * width }, (_, i) => {
      const position = i % (height * width)
      return values[(others + position) * channels + Math.floor(i / (height * width))] as number
    })
    const store = (name: string, dims: readonly number[], data: Float64Array) => {
      this.constants.set(`${scope}/${name}`, constant(floatTensor(table.dtype, dims, [...data])))
      return `${scope}/${name}`
    }
    const make = (
      op: string,
      inputs: string[],
      attributes: Record<string, Parameters<typeof toAttribute>[0]> = {},
    ): Node => ({
      op,
      domain: '',
      name: `${scope}/${op}`,
      inputs,
      outputs: [`${scope}/${op}`],
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)])),
    })
    const shape = make('Shape', [map], { start: 2, end: 4 })
    const sizes = make('Concat', [this.#constant(`${scope}/head`, [1, channels]), out(shape)], { axis: 0 })
    const resize = make('Resize', [store('grid', [1, channels, height, width], grid), '', '', out(sizes)], {
      mode: 'cubic',
      coordinate_transformation_mode: 'half_pixel',
    })
    const rows = make('Reshape', [out(resize), this.#constant(`${scope}/rows`, [1, channels, -1])])
    const turned = make('Transpose', [out(rows)], { perm: [0, 2, 1] })
    const own = others > 0 ? store('others', [1, others, channels], values.slice(0, others * channels)) : undefined
    const joined = own
      ? [{ ...make('Concat', [own, out(turned)], { axis: 1 }), name: `${scope}/table`, outputs: [`${scope}/table`] }]
      : []
    const whole = joined[0] ?? turned
    return [shape, sizes, resize, rows, turned, ...joined, { ...node, inputs: node.inputs.with(side, out(whole)) }]
  }

  #constant(name: string, values: readonly number[]): string {
    this.constants.set(name, constant(int64([values.length], [...values])))
    return name
  }
}

const out = (node: Node) => node.outputs[0] as string

/** Axes that belong together: the shortest runs of input and output axes with the same number of elements. */
function groups(from: readonly number[], to: readonly number[]) {
  const found: { inputs: number[]; outputs: number[] }[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const group = { inputs: [] as number[], outputs: [] as number[] }
    let [left, right] = [1, 1]
    do {
      if (i < from.length && (left <= right || j >= to.length)) {
        left *= from[i] as number
        group.inputs.push(i++)
      } else {
        right *= to[j] as number
        group.outputs.push(j++)
      }
    } while (
      (left !== right || group.inputs.length === 0 || group.outputs.length === 0) &&
      (i < from.length || j < to.length)
    )
    found.push(group)
  }
  return found
}
