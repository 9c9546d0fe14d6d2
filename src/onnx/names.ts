/** All names of a model: which are taken, and which values anything reads. */

import { type Graph, type Model, type Node, subgraphs } from './graph.ts'

export class Names {
  readonly #taken = new Set<string>()
  readonly #read = new Set<string>()

  constructor(of: Pick<Model, 'graph' | 'functions'>) {
    this.#graph(of.graph)
    for (const definition of of.functions) {
      for (const name of [...definition.inputs, ...definition.outputs]) this.#taken.add(name)
      for (const node of definition.nodes) this.#node(node)
    }
  }

  /** `name`, or with a number behind it when it is taken; then taken. */
  unique(name: string): string {
    let free = name
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }

  /** Whether some node, in whatever subgraph or function, reads a value of this name. */
  read(name: string): boolean {
    return this.#read.has(name)
  }

  #graph(graph: Graph): void {
    for (const { name } of [...graph.inputs, ...graph.outputs]) this.#taken.add(name)
    for (const name of graph.constants.keys()) this.#taken.add(name)
    for (const node of graph.nodes) this.#node(node)
  }

  #node(node: Node): void {
    this.#taken.add(node.name)
    for (const name of node.outputs) this.#taken.add(name)
    for (const name of node.inputs) this.#read.add(name)
    for (const inner of subgraphs(node)) {
      this.#graph(inner)
      for (const { name } of inner.outputs) this.#read.add(name)
    }
  }
}
