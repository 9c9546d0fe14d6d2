import { describe, expect, test } from 'vitest'
import { type Graph, ordered } from '../../src/onnx/index.ts'
import { float32 } from '../../src/tensor/index.ts'
import { graphOf, type SmallModel } from './small-models.ts'

const x = float32([1], [1])
const graph = (nodes: SmallModel['nodes'], outputs = 'y'): Graph =>
  graphOf({ opset: 18, inputs: { x }, nodes, outputs: { [outputs]: 'float32' } })
const names = (g: Graph) => g.nodes.map((node) => node.outputs[0])

describe('ordered', () => {
  test('leaves a graph that is in order as it is', () => {
    const good = graph([
      ['Relu', 'x', 'a'],
      ['Add', 'a x', 'y'],
    ])
    expect(ordered(good)).toBe(good)
  })

  test('sorts, so that each value comes before its use', () => {
    const mixed = graph([
      ['Add', 'b c', 'y'],
      ['Relu', 'a', 'c'],
      ['Relu', 'a', 'b'],
      ['Relu', 'x', 'a'],
    ])
    const sorted = names(ordered(mixed))
    for (const [before, after] of ['ab', 'ac', 'by', 'cy'].map((pair) => [...pair]))
      expect(sorted.indexOf(before as string)).toBeLessThan(sorted.indexOf(after as string))
  })

  test('sorts a long chain that stands backwards in reasonable time', () => {
    const length = 20_000
    const nodes = Array.from({ length }, (_, i) => ['Relu', i === length - 1 ? 'x' : `v${i + 1}`, `v${i}`] as const)
    expect(names(ordered(graph(nodes, 'v0'))).at(-1)).toBe('v0')
  })

  test('sorts the graphs inside', () => {
    const body = {
      ...graph([
        ['Relu', 'a', 'y'],
        ['Neg', 'x', 'a'],
      ]),
      inputs: [],
    }
    const outer = graph(
      [['If', 'x', 'z', { then_branch: { type: 'graph', value: body }, else_branch: { type: 'graph', value: body } }]],
      'z',
    )
    const branch = ordered(outer).nodes[0]?.attributes.then_branch
    expect(branch?.type === 'graph' && names(branch.value)).toEqual(['a', 'y'])
  })

  test.each<[string, SmallModel['nodes'], string]>([
    [
      'a cycle, with its nodes',
      [
        ['Add', 'x c', 'a'],
        ['Relu', 'a', 'b'],
        ['Relu', 'b', 'c'],
        ['Relu', 'c', 'y'],
      ],
      'The graph has a cycle through Add_of_a -> Relu_of_c -> Relu_of_b',
    ],
    ['a node that reads itself', [['Add', 'x y', 'y']], 'The graph has a cycle through Add_of_y'],
    [
      'a name that nothing computes',
      [['Add', 'x nowhere', 'y']],
      "'Add_of_y' (Add) reads 'nowhere', which nothing in the graph computes",
    ],
    [
      'a value computed twice',
      [
        ['Relu', 'x', 'y'],
        ['Neg', 'x', 'y'],
      ],
      "Value 'y' is defined twice (nodes 'Relu_of_y' and 'Neg_of_y')",
    ],
    ['a node that computes an input', [['Relu', 'x', 'x']], "Value 'x' is defined twice"],
    ['an output that nothing computes', [['Relu', 'x', 'a']], "output 'y' is computed by no node"],
  ])('refuses %s', (_, nodes, why) => {
    expect(() => ordered(graph(nodes))).toThrow(why)
  })

  test('looks for what the graphs inside take from outside', () => {
    const body = { ...graph([['Relu', 'nowhere', 'y']]), inputs: [] }
    const outer = graph([['If', 'x', 'z', { then_branch: { type: 'graph', value: body } }]], 'z')
    expect(() => ordered(outer)).toThrow("reads 'nowhere'")
  })

  test('lets a branch use the name of an outer value again, as ONNX Runtime does', () => {
    const body = { ...graph([['Relu', 'x', 'z']], 'z'), inputs: [] }
    const branches = {
      then_branch: { type: 'graph', value: body },
      else_branch: { type: 'graph', value: body },
    } as const
    const outer = graph(
      [
        ['If', 'x', 'y', branches],
        ['Neg', 'y', 'z'],
      ],
      'z',
    )
    expect(ordered(outer)).toBe(outer)
  })

  test('refuses two inputs of one name', () => {
    const good = graph([['Relu', 'x', 'y']])
    expect(() => ordered({ ...good, inputs: [...good.inputs, ...good.inputs] })).toThrow("Value 'x' is defined twice")
  })
})
