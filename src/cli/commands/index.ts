/** The commands, by name: a line for the overview, and how to load the rest. */

import type { Command } from '../command.ts'

interface Entry {
  readonly summary: string
  /** @param words the rest of the command line: a command may have flags that depend on it */
  load(words: readonly string[]): Promise<Command>
}

export const commands: Readonly<Record<string, Entry>> = {
  explain: { summary: 'what in an image speaks for a class', load: async () => (await import('./explain.ts')).explain },
  compile: {
    summary: 'a method compiled into the model: an .onnx that answers scores and heatmap',
    load: async () => (await import('./compile.ts')).compile,
  },
  inspect: {
    summary: 'what a model is made of: layers, operators and their backward rules',
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  methods: {
    summary: 'the methods, with what each one asks and warns of',
    load: async () => (await import('./methods.ts')).methodsCommand,
  },
  surgery: {
    summary: 'a model freed from its picture size, with a map of its scores',
    load: async () => (await import('./surgery.ts')).surgery,
  },
  studio: {
    summary: 'the studio: look at a model in the browser, methods side by side',
    load: async () => (await import('./studio.ts')).studio,
  },
  features: {
    summary: 'the hand-made features: SIFT, Hough, HOG and its inversion, Itti-Koch …, every stage shown',
    load: async (words) => (await import('./features.ts')).featuresCommand(words),
  },
}
